# Builds native/ against the libtorch that CMake finds.
# shellcheck shell=bash
step "Native library" "check that libtorch-dev, cmake, make and g++ are installed and that native/ is unchanged; rm -r artifacts/native starts afresh."

inputs() {
    files native
    dpkg-query -W libtorch-dev g++ cmake 2>/dev/null || :
    echo "${CXX:-} ${CXXFLAGS:-} ${CMAKE_PREFIX_PATH:-} ${Torch_DIR:-}"
}
present() { [ -f artifacts/native/libmaas_torch.so ]; }
work() {
    local folder=artifacts/native
    run cmake -S native -B "$folder/build" -DCMAKE_BUILD_TYPE=Release
    run cmake --build "$folder/build" --parallel "$(nproc)"
    run cp "$folder/build/libmaas_torch.so" "${scratch:?}/"
    run mv "$scratch/libmaas_torch.so" "$folder/"
}
