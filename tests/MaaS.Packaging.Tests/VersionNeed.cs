using System.Buffers.Binary;
using System.Text;

namespace MaaS.Packaging.Tests;

/// <summary>A symbol version that an ELF file needs of a library, as <c>readelf -V</c> lists it.</summary>
/// <param name="Name">GLIBCXX_3.4.32 or the like.</param>
/// <param name="Flags">2, VER_FLG_WEAK, where the file loads without it.</param>
/// <param name="FlagsOffset">Where the flags stand in the file.</param>
internal sealed record VersionNeed(string Name, ushort Flags, int FlagsOffset)
{
    private const uint GnuVerneed = 0x6ffffffe;

    /// <summary>The needs of a 64-bit little-endian file (System V ABI, chapter 4; LSB 5.0, symbol
    /// versioning).</summary>
    public static List<VersionNeed> Read(byte[] file)
    {
        int Section(int index) => (int)U64(file, 40) + (64 * index);
        var count = U16(file, 60);
        var needs = new List<VersionNeed>();
        foreach (var section in Enumerable.Range(0, count).Select(Section).Where(s => U32(file, s + 4) == GnuVerneed))
        {
            var strings = (int)U64(file, Section((int)U32(file, section + 40)) + 24);
            for (int need = (int)U64(file, section + 24), next = -1; next != 0; need += next)
            {
                for (int entry = need + (int)U32(file, need + 8), step = -1; step != 0; entry += step)
                {
                    var name = strings + (int)U32(file, entry + 8);
                    needs.Add(new VersionNeed(
                        Encoding.ASCII.GetString(file, name, Array.IndexOf(file, (byte)0, name) - name),
                        U16(file, entry + 4), entry + 4));
                    step = (int)U32(file, entry + 12);
                }

                next = (int)U32(file, need + 12);
            }
        }

        return needs;
    }

    private static ushort U16(byte[] file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at));

    private static uint U32(byte[] file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));

    private static ulong U64(byte[] file, int at) => BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
}
