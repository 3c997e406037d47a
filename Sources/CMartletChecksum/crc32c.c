#include "CMartletChecksum.h"
