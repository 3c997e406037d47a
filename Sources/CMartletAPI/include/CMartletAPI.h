// Martlet's C functions, all of them. Each area has a header of its own.

#ifndef MARTLET_CMARTLETAPI_H
#define MARTLET_CMARTLETAPI_H

#include "martlet_basics.h"
#include "martlet_database.h"
#include "martlet_encrypted.h"
#include "martlet_exchange.h"
#include "martlet_index.h"
#include "martlet_remote.h"
#include "martlet_server.h"

#endif
