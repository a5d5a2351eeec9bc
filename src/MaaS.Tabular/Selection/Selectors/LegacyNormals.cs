namespace MaaS.Tabular.Selection.Selectors;

/// <summary>The normal numbers of numpy's <c>RandomState(seed).standard_normal()</c>, which scikit-learn draws: the
/// Mersenne Twister and the polar method.</summary>
/// <remarks>Matsumoto and Nishimura, MT19937, 1998; Marsaglia and Bray 1964. numpy keeps both as they are for
/// good.</remarks>
internal sealed class LegacyNormals
{
    private const int Size = 624, Middle = 397;

    private readonly uint[] _state = new uint[Size];
    private int _at = Size;
    private double? _kept;

    public LegacyNormals(uint seed)
    {
        _state[0] = seed;
        for (var i = 1; i < Size; i++)
        {
            _state[i] = unchecked(1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30)) + (uint)i);
        }
    }

    /// <summary>The next number, of mean 0 and variance 1.</summary>
    public double Next()
    {
        if (_kept is { } kept)
        {
            _kept = null;
            return kept;
        }

        while (true)
        {
            var (x, y) = (2 * Unit() - 1, 2 * Unit() - 1);
            var square = x * x + y * y;
            if (square is > 0 and < 1)
            {
                var factor = Math.Sqrt(-2 * Math.Log(square) / square);
                _kept = factor * x;
                return factor * y;
            }
        }
    }

    // 53 bits, 0 to 1 without 1.
    private double Unit()
    {
        var (high, low) = (Word() >> 5, Word() >> 6);
        return (high * 67108864.0 + low) / 9007199254740992.0;
    }

    private uint Word()
    {
        if (_at == Size)
        {
            Twist();
        }

        var y = _state[_at++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >> 18);
    }

    private void Twist()
    {
        for (var i = 0; i < Size; i++)
        {
            var y = (_state[i] & 0x80000000) | (_state[(i + 1) % Size] & 0x7fffffff);
            _state[i] = _state[(i + Middle) % Size] ^ (y >> 1) ^ ((y & 1) * 0x9908b0df);
        }

        _at = 0;
    }
}
