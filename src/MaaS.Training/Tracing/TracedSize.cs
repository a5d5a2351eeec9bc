using System.Globalization;

namespace MaaS.Training.Tracing;

/// <summary>An integer that tracing saw: the size of an axis or an argument of an operator. The module is traced
/// several times with other sizes of the dynamic axes; a number that moves between the runs depends on those
/// axes.</summary>
public readonly struct TracedSize : IEquatable<TracedSize>
{
    // One number where all runs agree, else one for each run.
    private readonly long[] _values;

    /// <summary>A number by run, or one that is fixed.</summary>
    public TracedSize(params long[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfZero(values.Length, nameof(values));
        _values = values.AsSpan().IndexOfAnyExcept(values[0]) < 0 ? [values[0]] : values;
    }

    /// <summary>A fixed number.</summary>
    public static implicit operator TracedSize(long value) => new(value);

    /// <summary>Whether all runs agree.</summary>
    public bool IsFixed => _values.Length == 1;

    /// <summary>The number in each run; a single one where all agree.</summary>
    public IReadOnlyList<long> Values => _values;

    /// <summary>The number, where all runs agree.</summary>
    /// <exception cref="InvalidOperationException">It depends on the dynamic axes.</exception>
    public long Value => IsFixed
        ? _values[0]
        : throw new InvalidOperationException(
            $"expected a fixed number, got {this}, which depends on the dynamic axes");

    /// <summary>The number in one run.</summary>
    public long At(int run) => IsFixed ? _values[0] : _values[run];

    /// <summary>Whether it is fixed and equals a number.</summary>
    public bool Is(long value) => IsFixed && _values[0] == value;

    /// <summary>Computes a number run by run.</summary>
    public TracedSize Map(Func<long, long> operation) => new(Array.ConvertAll(_values, value => operation(value)));

    /// <summary>Computes a number from two, run by run.</summary>
    public static TracedSize Map(TracedSize a, TracedSize b, Func<long, long, long> operation)
    {
        long[] values = new long[Math.Max(a._values.Length, b._values.Length)];
        for (int run = 0; run < values.Length; run++)
        {
            values[run] = operation(a.At(run), b.At(run));
        }

        return new(values);
    }

    /// <summary>The sum.</summary>
    public static TracedSize operator +(TracedSize left, TracedSize right) => Map(left, right, static (a, b) => a + b);

    /// <summary>The difference.</summary>
    public static TracedSize operator -(TracedSize left, TracedSize right) => Map(left, right, static (a, b) => a - b);

    /// <summary>Whether two numbers agree in every run.</summary>
    public static bool operator ==(TracedSize left, TracedSize right) => left.Equals(right);

    /// <summary>Whether two numbers differ in some run.</summary>
    public static bool operator !=(TracedSize left, TracedSize right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(TracedSize other) => _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TracedSize other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString()
        => string.Join('|', _values.Select(static v => v.ToString(CultureInfo.InvariantCulture)));
}
