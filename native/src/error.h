#pragma once
#include <c10/util/Exception.h>

#include <exception>
#include <string>

namespace maas {

void set_error(std::string message);

// Runs body and turns any exception into the thread's error message and the given failure value.
template <typename Result, typename Body>
Result guard(Result failure, Body&& body) noexcept {
    try {
        return body();
    } catch (const c10::Error& e) {
        set_error(e.what_without_backtrace());
    } catch (const std::exception& e) {
        set_error(e.what());
    } catch (...) {
        set_error("unknown native error");
    }
    return failure;
}

}  // namespace maas
