namespace MaaS.Training.Tracing.LibTorch;

/// <summary>A version of libtorch, as <c>aoti_torch_abi_version</c> gives it: one byte each for major, minor and patch
/// at the upper end of 64 bits.</summary>
internal readonly record struct LibTorchVersion(int Major, int Minor, int Patch)
{
    public static LibTorchVersion FromAbi(ulong abi) => new((byte)(abi >> 56), (byte)(abi >> 48), (byte)(abi >> 40));

    public override string ToString() => $"{Major}.{Minor}.{Patch}";
}
