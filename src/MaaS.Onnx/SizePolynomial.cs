using System.Globalization;

namespace MaaS.Onnx;

/// <summary>A count that may depend on dynamic axes: a sum of products of symbols, such as
/// <c>288*batch*sequence + 10*batch</c>. Immutable.</summary>
public sealed class SizePolynomial : IEquatable<SizePolynomial>
{
    // Key: the symbols of a product in order, joined by '*'; empty for the constant term. No zero coefficients.
    private readonly SortedDictionary<string, long> _terms = new(StringComparer.Ordinal);

    private SizePolynomial(IEnumerable<(string Product, long Factor)> terms)
    {
        foreach (var (product, factor) in terms)
        {
            long sum = checked(_terms.GetValueOrDefault(product) + factor);
            if (sum == 0)
            {
                _terms.Remove(product);
            }
            else
            {
                _terms[product] = sum;
            }
        }
    }

    /// <summary>The number 0.</summary>
    public static SizePolynomial Zero { get; } = new([]);

    /// <summary>A number.</summary>
    public static implicit operator SizePolynomial(long value) => new([("", value)]);

    /// <summary>Whether no symbol occurs.</summary>
    public bool IsConstant => _terms.Keys.All(static product => product.Length == 0);

    /// <summary>The symbols that occur.</summary>
    public IReadOnlyList<string> Symbols =>
        [.. _terms.Keys.Where(static product => product.Length > 0).SelectMany(static product => product.Split('*'))
            .Distinct()];

    /// <summary>Reads the name of an axis: <c>batch</c>, <c>2*batch+1</c>, <c>batch*sequence</c>. What is no sum of
    /// products, such as <c>sequence/2</c>, counts as a symbol of its own.</summary>
    /// <exception cref="InvalidDataException">A sign or <c>*</c> has nothing to add or multiply, as in
    /// <c>batch+</c>.</exception>
    public static SizePolynomial Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        var sum = Zero;
        string[] terms = text.Replace("-", "+-", StringComparison.Ordinal).Split('+', StringSplitOptions.TrimEntries);

        // Before the first sign there may be nothing: "-4", "+batch".
        foreach (string term in terms is ["", _, ..] ? terms.Skip(1) : terms)
        {
            sum += Product(term, text);
        }

        return sum;
    }

    private static SizePolynomial Product(string term, string text)
    {
        SizePolynomial product = term.StartsWith('-') ? -1 : 1;
        foreach (string factor in term[(term.StartsWith('-') ? 1 : 0)..].Split('*', StringSplitOptions.TrimEntries))
        {
            product *= long.TryParse(factor, CultureInfo.InvariantCulture, out long number) ? number
                : factor.Length > 0 ? new SizePolynomial([(factor, 1)])
                : throw new InvalidDataException(
                    $"axis '{text}': expected a number or a name beside every +, - and *, as in 2*batch+1, found none");
        }

        return product;
    }

    /// <summary>The size of an axis; null where it is not known.</summary>
    public static SizePolynomial? Of(OnnxDimension dimension) =>
        dimension.Size is { } size ? size : dimension.Symbol is { } symbol ? Parse(symbol) : null;

    /// <summary>The sum.</summary>
    public static SizePolynomial operator +(SizePolynomial left, SizePolynomial right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new(left.Terms.Concat(right.Terms));
    }

    /// <summary>The product.</summary>
    public static SizePolynomial operator *(SizePolynomial left, SizePolynomial right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new(
            left.Terms.SelectMany(
                _ => right.Terms, static (a, b) => (Multiply(a.Product, b.Product), checked(a.Factor * b.Factor))));
    }

    /// <summary>The number at given sizes.</summary>
    /// <exception cref="KeyNotFoundException">A symbol has no size.</exception>
    public long Evaluate(IReadOnlyDictionary<string, long> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        long sum = 0;
        foreach (var (product, factor) in Terms)
        {
            long value = factor;
            foreach (string symbol in product.Split('*', StringSplitOptions.RemoveEmptyEntries))
            {
                value = checked(
                    value * (sizes.TryGetValue(symbol, out long size) ? size : throw new KeyNotFoundException(
                    $"the count {this} needs a size for '{symbol}'; given are {string.Join(", ", sizes.Keys)}")));
            }
            sum = checked(sum + value);
        }
        return sum;
    }

    /// <inheritdoc/>
    public bool Equals(SizePolynomial? other) => other is not null && _terms.SequenceEqual(other._terms);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SizePolynomial);

    /// <inheritdoc/>
    public override int GetHashCode()
        => _terms.Aggregate(0, static (hash, term) => HashCode.Combine(hash, term.Key, term.Value));

    /// <inheritdoc/>
    public override string ToString() => _terms.Count == 0
        ? "0"
        : string.Join(" + ", Terms.Reverse().Select(static term => term.Product.Length == 0
            ? term.Factor.ToString(CultureInfo.InvariantCulture)
            : term.Factor == 1
                ? term.Product : $"{term.Factor.ToString(CultureInfo.InvariantCulture)}*{term.Product}"));

    private IEnumerable<(string Product, long Factor)> Terms => _terms.Select(static term => (term.Key, term.Value));

    private static string Multiply(string left, string right) => left.Length == 0 ? right : right.Length == 0 ? left
        : string.Join('*', left.Split('*').Concat(right.Split('*')).Order(StringComparer.Ordinal));
}
