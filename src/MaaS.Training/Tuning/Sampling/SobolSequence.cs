using System.Globalization;
using System.Numerics;

namespace MaaS.Training.Tuning.Sampling;

/// <summary>The Sobol sequence in base 2, plain or scrambled.</summary>
/// <remarks>
/// Sobol 1967 in the order of Antonov and Saleev 1979 (Gray code). Scrambled: each dimension's bits are multiplied by a
/// random lower triangular matrix and shifted (Matoušek 1998), which keeps the sequence's evenness.
/// </remarks>
internal sealed class SobolSequence
{
    private const int Bits = 30;

    /// <summary>How many points there are.</summary>
    public const long Length = 1L << Bits;

    private readonly uint[][] _directions;
    private readonly uint[] _shifts;

    /// <summary>Makes one.</summary>
    /// <param name="dimensions">1 to <see cref="SobolDirections.Dimensions"/>.</param>
    /// <param name="seed">Of the scramble; null for none.</param>
    /// <exception cref="ArgumentException">There are too many dimensions.</exception>
    public SobolSequence(int dimensions, int? seed)
    {
        if (dimensions is < 1 or > SobolDirections.Dimensions)
        {
            throw new ArgumentException(
                $"sobol: expected 1 to {SobolDirections.Dimensions} parameters, got {dimensions}; sample them "
                    + "otherwise.", nameof(dimensions));
        }

        _directions = [.. Enumerable.Range(0, dimensions).Select(Directions)];
        _shifts = new uint[dimensions];
        if (seed is { } value)
        {
            Scramble(new Random(SamplingContext.Mix(value, -1)));
        }
    }

    /// <summary>The point of that number, 0 for the first; each coordinate from 0 to below 1.</summary>
    public double[] Point(long number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Length);
        var gray = (ulong)(number ^ (number >> 1));
        var point = new double[_directions.Length];
        for (var d = 0; d < point.Length; d++)
        {
            var bits = _shifts[d];
            for (var rest = gray; rest != 0; rest &= rest - 1)
            {
                bits ^= _directions[d][BitOperations.TrailingZeroCount(rest)];
            }

            point[d] = bits / (double)Length;
        }

        return point;
    }

    // Direction number i has its highest bit at position i: m_i / 2^(i+1) as a fraction of Bits bits.
    private static uint[] Directions(int dimension)
    {
        var directions = new uint[Bits];
        if (dimension == 0)
        {
            return [.. Enumerable.Range(0, Bits).Select(static i => 1u << (Bits - 1 - i))];
        }

        uint[] numbers = [.. SobolDirections.Table[dimension - 1].Split(' ')
            .Select(static n => uint.Parse(n, CultureInfo.InvariantCulture))];
        var (polynomial, degree) = (numbers[0], numbers.Length - 1);
        for (var i = 0; i < Bits; i++)
        {
            if (i < degree)
            {
                directions[i] = numbers[i + 1] << (Bits - 1 - i);
                continue;
            }

            // The recurrence of the primitive polynomial x^s + a_1 x^(s-1) + … + 1.
            var value = directions[i - degree] ^ (directions[i - degree] >> degree);
            for (var k = 1; k < degree; k++)
            {
                if (((polynomial >> (degree - k)) & 1) != 0)
                {
                    value ^= directions[i - k];
                }
            }

            directions[i] = value;
        }

        return directions;
    }

    private void Scramble(Random random)
    {
        for (var d = 0; d < _directions.Length; d++)
        {
            // Row r says which bits of a number give bit r of the scrambled one: itself and random higher ones.
            var rows = new uint[Bits];
            for (var r = 0; r < Bits; r++)
            {
                var itself = 1u << (Bits - 1 - r);
                var higher = ~((itself << 1) - 1) & ((1u << Bits) - 1);
                rows[r] = itself | ((uint)random.NextInt64(Length) & higher);
            }

            _directions[d] = Array.ConvertAll(_directions[d], value =>
            {
                var scrambled = 0u;
                for (var r = 0; r < Bits; r++)
                {
                    scrambled |= (uint)(BitOperations.PopCount(value & rows[r]) & 1) << (Bits - 1 - r);
                }

                return scrambled;
            });
            _shifts[d] = (uint)random.NextInt64(Length);
        }
    }
}
