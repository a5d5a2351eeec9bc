#include "error.h"

#include <cstdlib>

#include "maas_torch.h"

namespace maas {

static thread_local std::string last_error;

void set_error(std::string message) { last_error = std::move(message); }

}  // namespace maas

int32_t maas_abi() { return MAAS_ABI; }

const char* maas_last_error() { return maas::last_error.c_str(); }

const char* maas_version() { return MAAS_TORCH_VERSION; }

void maas_free(void* pointer) { std::free(pointer); }
