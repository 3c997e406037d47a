#include "CRocksDBShim.h"
