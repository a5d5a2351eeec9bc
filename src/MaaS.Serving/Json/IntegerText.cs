using System.Numerics;

namespace MaaS.Serving.Json;

/// <summary>Reads whole numbers without fraction or exponent, of any integer type.</summary>
internal readonly struct IntegerText<T> : INumberText<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static int Parse(ReadOnlySpan<byte> text, out T value)
    {
        value = T.Zero;
        var i = text.Length > 0 && text[0] == '-' ? 1 : 0;
        var first = i;
        Int128 number = 0;
        for (; i < text.Length && (uint)(text[i] - '0') <= 9 && i - first < 20; i++)
        {
            number = number * 10 + (text[i] - '0');
        }

        number = first == 1 ? -number : number;
        var isWhole = i > first && !(text[first] == '0' && i > first + 1)
            && (
                i >= text.Length
                    || text[i] is not ((>= (byte)'0' and <= (byte)'9') or (byte)'.' or (byte)'e' or (byte)'E'));
        if (!isWhole || number < Int128.CreateChecked(T.MinValue) || number > Int128.CreateChecked(T.MaxValue))
        {
            return 0;
        }

        value = T.CreateTruncating(number);
        return i;
    }
}
