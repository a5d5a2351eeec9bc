using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace MaaS.Training.Startup;

/// <summary>The processor of this machine.</summary>
internal static class Processor
{
    /// <summary>The name that it gives itself, such as "AMD EPYC 9B45"; its architecture where it gives none.</summary>
    public static string Name { get; } =
        X86Base.IsSupported ? Brand() : RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>
    /// What tells processors apart on which a library may choose other code: maker, model and stepping, instruction
    /// sets,
    /// and the size of the last cache as the (virtual) machine reports it. Usable as a file's name.
    /// </summary>
    public static string Key { get; } =
        X86Base.IsSupported ? KeyOfX86() : RuntimeInformation.ProcessArchitecture.ToString();

    private static string KeyOfX86()
    {
        var (_, b, c, d) = X86Base.CpuId(0, 0);
        var vendor = new string([.. Characters([b, d, c]).Where(char.IsAsciiLetter)]);
        var model = X86Base.CpuId(1, 0).Eax;
        var features = X86Base.CpuId(7, 0);
        var cache = X86Base.CpuId(vendor.Contains("AMD", StringComparison.Ordinal) ? unchecked((int)0x8000001D) : 4, 3);
        return string.Create(CultureInfo.InvariantCulture,
            $"{vendor}-{model:x}-{features.Ebx:x}-{features.Ecx:x}-{features.Edx:x}-"
            + $"{cache.Eax:x}-{cache.Ebx:x}-{cache.Ecx:x}");
    }

    private static string Brand()
    {
        var registers = new List<int>();
        for (var leaf = 0x80000002; leaf <= 0x80000004; leaf++)
        {
            var (a, b, c, d) = X86Base.CpuId(unchecked((int)leaf), 0);
            registers.AddRange([a, b, c, d]);
        }

        return Characters(registers).Trim('\0', ' ');
    }

    private static string Characters(IReadOnlyList<int> registers)
    {
        var bytes = new byte[4 * registers.Count];
        for (var i = 0; i < registers.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * i), registers[i]);
        }

        return Encoding.ASCII.GetString(bytes);
    }
}
