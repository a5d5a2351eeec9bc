using System.Runtime.Intrinsics.X86;

namespace MaaS.Onnx.Quantization.Numerics;

/// <summary>What the processor of this machine does with 8-bit products.</summary>
public static class Processor
{
    /// <summary>Whether it multiplies 8-bit integers straight into 32-bit sums (x64: VNNI).</summary>
    /// <remarks>Intel 64 manual, volume 2, CPUID: AVX512_VNNI is leaf 7.0 ECX bit 11, AVX-VNNI leaf 7.1 EAX bit
    /// 4.</remarks>
    public static bool HasVnni { get; } = DetectVnni();

    /// <summary>
    /// Whether sums of two products saturate at 16 bits, so that weights beyond ±64 can give wrong results: x64 without
    /// VNNI.
    /// </summary>
    public static bool SaturatesInt8Products { get; } = X86Base.IsSupported && !HasVnni;

    private static bool DetectVnni()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
        {
            return false;
        }

        var features = X86Base.CpuId(7, 0);
        bool avx512 = (features.Ecx & (1 << 11)) != 0 && Avx512F.IsSupported;
        bool avx = features.Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 4)) != 0 && Avx2.IsSupported;
        return avx512 || avx;
    }
}
