using System.Globalization;

namespace MaaS.Text.Unicode;

/// <summary>Decompositions, compositions and combining classes, from the table that make_normalization_data.py
/// wrote.</summary>
/// <remarks>
/// <see cref="string.Normalize()"/> would not do: it changes nothing where the application runs with invariant
/// globalization, and it does not tell which characters became which.
/// </remarks>
internal sealed class NormalizationData
{
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7;
    private const int LCount = 19, VCount = 21, TCount = 28, SCount = LCount * VCount * TCount;

    private static readonly Lazy<NormalizationData> Lazy = new(static () => new NormalizationData());

    private readonly Dictionary<int, int[]> _canonical = [], _compatible = [];
    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];

    private NormalizationData()
    {
        var assembly = typeof(NormalizationData).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream("MaaS.Text.Unicode.normalization.txt")!);
        List<(int Code, int[] Mapping)> composable = [];
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(' ');
            switch (fields[0])
            {
                case "C":
                    for (var c = Hex(fields[1]); c <= Hex(fields[2]); c++)
                    {
                        _classes[c] = (byte)Hex(fields[3]);
                    }

                    break;
                case "K":
                    _compatible[Hex(fields[1])] = Array.ConvertAll(fields[2..], Hex);
                    break;
                case "D" or "D*":
                    var mapping = Array.ConvertAll(fields[2..], Hex);
                    _canonical[Hex(fields[1])] = mapping;
                    if (fields[0] == "D")
                    {
                        composable.Add((Hex(fields[1]), mapping));
                    }

                    break;
                default:
                    break;   // the comment with Unicode's version
            }
        }

        // A whole decomposition "a b c" is reached by composing "a b" first; the shorter ones come first.
        foreach (var (code, mapping) in composable.OrderBy(static d => d.Mapping.Length))
        {
            var first = mapping[0];
            for (var i = 1; i < mapping.Length - 1; i++)
            {
                first = _compositions[(first, mapping[i])];
            }

            _compositions[(first, mapping[^1])] = code;
        }
    }

    public static NormalizationData Instance => Lazy.Value;

    /// <summary>Canonical combining class.</summary>
    public byte CombiningClass(int code) => code < 0x300 ? (byte)0 : _classes.GetValueOrDefault(code);

    /// <summary>The whole decomposition of a code point into <paramref name="target"/> (at least 18 long).</summary>
    /// <returns>Code points written; 0 where it stays as it is.</returns>
    public int Decompose(int code, bool compatibility, Span<int> target)
    {
        if (code < 0xA0)
        {
            return 0;
        }

        if (code - SBase is >= 0 and < SCount and var s)
        {
            target[0] = LBase + (s / (VCount * TCount));
            target[1] = VBase + (s % (VCount * TCount) / TCount);
            target[2] = TBase + (s % TCount);
            return target[2] == TBase ? 2 : 3;
        }

        if ((!compatibility || !_compatible.TryGetValue(code, out var mapping))
            && !_canonical.TryGetValue(code, out mapping))
        {
            return 0;
        }

        mapping.CopyTo(target);
        return mapping.Length;
    }

    /// <summary>The composition of two code points; -1 where they have none.</summary>
    public int Compose(int first, int second)
    {
        if (first - LBase is >= 0 and < LCount and var l && second - VBase is >= 0 and < VCount and var v)
        {
            return SBase + (((l * VCount) + v) * TCount);
        }

        if (first - SBase is >= 0 and < SCount and var s && s % TCount == 0
            && second - TBase is > 0 and < TCount and var t)
        {
            return first + t;
        }

        return _compositions.GetValueOrDefault((first, second), -1);
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber);
}
