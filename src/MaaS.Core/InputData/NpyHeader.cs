using System.Globalization;
using System.Text.RegularExpressions;

namespace MaaS.Core.InputData;

/// <summary>The header of an array: a Python dictionary with three entries.</summary>
/// <param name="Descriptor">The element type as NumPy writes it, <c>&lt;f4</c>.</param>
/// <param name="FortranOrder">Whether the first axis is the innermost.</param>
/// <param name="Shape">Size of each axis; empty for a scalar.</param>
internal sealed partial record NpyHeader(string Descriptor, bool FortranOrder, long[] Shape)
{
    /// <exception cref="InvalidDataException">An entry is missing or unreadable.</exception>
    public static NpyHeader Parse(string text, string name)
    {
        var descriptor = Descr().Match(text);
        if (!descriptor.Success)
        {
            throw new InvalidDataException(
                $"{name}: expected an array of one element type in the header, got {text.Trim()}; save each field "
                + "as an array of its own");
        }
        var order = Order().Match(text);
        var shape = ShapePattern().Match(text);
        if (!order.Success || !shape.Success)
        {
            throw new InvalidDataException(
                $"{name}: expected 'fortran_order' and 'shape' in the header, got {text.Trim()}");
        }
        var sizes = shape.Groups[1].Value.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new NpyHeader(
            descriptor.Groups[1].Value, order.Groups[1].Value == "True", Array.ConvertAll(sizes, size =>
            long.TryParse(size.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                ? number
                : throw new InvalidDataException(
                    $"{name}: expected sizes in the header's shape, got {shape.Groups[1].Value}")));
    }

    [GeneratedRegex("""['"]descr['"]\s*:\s*['"]([^'"]+)['"]""")]
    private static partial Regex Descr();

    [GeneratedRegex("""['"]fortran_order['"]\s*:\s*(True|False)""")]
    private static partial Regex Order();

    [GeneratedRegex("""['"]shape['"]\s*:\s*\(([^)]*)\)""")]
    private static partial Regex ShapePattern();
}
