using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace MaaS.Fuzzing.Engine;

/// <summary>
/// The branches that instrumented code took: SharpFuzz counts each pair of branches in 64 KiB, as AFL does, and the
/// counts are put into AFL's eight classes.
/// </summary>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;

    private static readonly byte[] Classes =
        [.. Enumerable.Range(0, 256)
            .Select(
                n => (byte)(n switch
                {
                    0 => 0,
                    1 => 1,
                    2 => 2,
                    3 => 4,
                    < 8 => 8,
                    < 16 => 16,
                    < 32 => 32,
                    < 128 => 64,
                    _ => 128,
                }))];

    private readonly byte[] _seen = new byte[Size];

    /// <summary>Instrumented code writes to the counts whenever it runs, so they are there before any of it.</summary>
    [ModuleInitializer]
    internal static void Allocate() => Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(Size);

    /// <summary>Pairs of branches seen so far.</summary>
    public int Branches => _seen.Count(static b => b != 0);

    /// <summary>Forgets the last run.</summary>
    public static void Begin()
    {
        new Span<byte>(Trace.SharedMem, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether the run took a branch, or took one so often, as none before; it is remembered.</summary>
    public bool TakeNew()
    {
        var counts = Trace.SharedMem;
        var isNew = false;
        for (var block = 0; block < Size; block += Vector<byte>.Count)
        {
            if (Vector.EqualsAll(Vector.Load(counts + block), Vector<byte>.Zero))
            {
                continue;
            }

            for (var i = block; i < block + Vector<byte>.Count; i++)
            {
                var found = Classes[counts[i]];
                isNew |= (found & ~_seen[i]) != 0;
                _seen[i] |= found;
            }
        }

        return isNew;
    }
}
