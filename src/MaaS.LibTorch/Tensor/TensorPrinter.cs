using System.Globalization;
using System.Text;

namespace TorchSharp;

/// <summary>How a tensor is shown as text.</summary>
public enum TensorStringStyle
{
    Metadata,
    Julia,
    Numpy,
    CSharp,
    Default,
}

/// <summary>Writes one tensor's elements in one of the styles; it reads them once, in row-major order.</summary>
internal sealed class TensorPrinter
{
    private const string Ellipsis = "...";

    private readonly string[] _values;
    private readonly long[] _shape;
    private readonly string _newLine;

    private TensorPrinter(torch.Tensor tensor, string format, CultureInfo culture, string newLine)
    {
        using var scope = torch.NewDisposeScope();
        _shape = tensor.shape;
        _newLine = newLine;
        _values = Values(tensor.detach().cpu().contiguous(), format, culture);
    }

    public static string Print(
        torch.Tensor tensor, TensorStringStyle style, string format, int width, CultureInfo culture, string newLine)
    {
        var metadata = Metadata(tensor);
        if (tensor.is_meta || style == TensorStringStyle.Metadata) return metadata;
        var printer = new TensorPrinter(tensor, format, culture, newLine);
        return style switch
        {
            TensorStringStyle.Julia => metadata + printer.Julia(width),
            TensorStringStyle.Numpy => printer.Nested('[', ']', "", matrices: true),
            TensorStringStyle.CSharp => $"{metadata}, value = {printer.CSharp(tensor.dtype)}",
            _ => throw new ArgumentOutOfRangeException(nameof(style), style, "expected a style"),
        };
    }

    private static string Metadata(torch.Tensor tensor) =>
        $"[{string.Join('x', tensor.shape)}], type = {tensor.dtype}, device = {tensor.device}";

    private static string[] Values(torch.Tensor tensor, string format, CultureInfo culture)
    {
        return tensor.dtype switch
        {
            torch.ScalarType.Byte => Texts<byte>(v => v.ToString(culture)),
            torch.ScalarType.Int8 => Texts<sbyte>(v => v.ToString(culture)),
            torch.ScalarType.Int16 => Texts<short>(v => v.ToString(culture)),
            torch.ScalarType.Int32 => Texts<int>(v => v.ToString(culture)),
            torch.ScalarType.Int64 => Texts<long>(v => v.ToString(culture)),
            torch.ScalarType.Bool => Texts<bool>(v => v.ToString()),
            torch.ScalarType.Float16 => Texts<Half>(v => ((float)v).ToString(format, culture)),
            torch.ScalarType.BFloat16 => Texts<BFloat16>(v => v.ToSingle().ToString(format, culture)),
            torch.ScalarType.Float32 => Texts<float>(v => v.ToString(format, culture)),
            torch.ScalarType.Float64 => Texts<double>(v => v.ToString(format, culture)),
            var type => throw new NotSupportedException($"ToString: elements of type {type} cannot be printed"),
        };

        string[] Texts<T>(Converter<T, string> text) where T : unmanaged =>
            Array.ConvertAll(tensor.data<T>().ToArray(), text);
    }

    // Columns are aligned to the right; each matrix of a larger tensor stands under its indices.
    private string Julia(int width)
    {
        if (_shape.Length == 0) return ", value = " + _values[0];
        var text = new StringBuilder();
        var columns = (int)_shape[^1];
        var rows = _shape.Length == 1 ? 1 : (int)_shape[^2];
        var matrices = columns == 0 || rows == 0 ? 0 : _values.Length / (rows * columns);
        for (var m = 0; m < matrices; m++)
        {
            text.Append(_newLine);
            if (_shape.Length > 2) text.Append($"[{string.Join(',', Position(m))},..,..] =").Append(_newLine);
            Matrix(text, _values.AsSpan(m * rows * columns, rows * columns), columns, width);
        }
        return text.ToString();
    }

    private void Matrix(StringBuilder text, ReadOnlySpan<string> values, int columns, int width)
    {
        var rows = values.Length / columns;
        var widths = new List<int>();
        for (var (c, left) = (0, width); c < columns; c++)
        {
            var widest = 0;
            for (var r = 0; r < rows; r++) widest = Math.Max(widest, values[r * columns + c].Length);
            left -= widest + 1;
            if (left < Ellipsis.Length) break;
            widths.Add(widest);
        }
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < widths.Count; c++)
                text.Append(' ').Append(values[r * columns + c].PadLeft(widths[c]));
            if (widths.Count < columns) text.Append(' ').Append(Ellipsis);
            text.Append(_newLine);
        }
    }

    private long[] Position(long matrix)
    {
        var position = new long[_shape.Length - 2];
        for (var d = position.Length - 1; d >= 0; d--) (matrix, position[d]) = Math.DivRem(matrix, _shape[d]);
        return position;
    }

    private string CSharp(torch.ScalarType type)
    {
        if (_shape.Length == 0) return _values[0];
        var (name, suffix) = type switch
        {
            torch.ScalarType.Bool => ("bool", ""),
            torch.ScalarType.Byte => ("byte", ""),
            torch.ScalarType.Int8 => ("sbyte", ""),
            torch.ScalarType.Int16 => ("short", ""),
            torch.ScalarType.Int32 => ("int", ""),
            torch.ScalarType.Int64 => ("long", "L"),
            torch.ScalarType.Float32 => ("float", "f"),
            torch.ScalarType.Float64 => ("double", ""),
            _ => (type.ToString().ToLowerInvariant(), "f"),
        };
        var lines = _shape.Length > 1 ? _newLine : "";
        return $"{lines}{name} [{new string(',', _shape.Length - 1)}] {Nested('{', '}', suffix, matrices: false)}";
    }

    // Long dimensions show their first and last elements. NumPy sets matrices apart by empty lines, C# rows by commas.
    private string Nested(char open, char close, string suffix, bool matrices)
    {
        if (_shape.Length == 0) return _values[0];
        var text = new StringBuilder();
        Dimension(0, 0);
        return text.ToString();

        void Dimension(int depth, long offset)
        {
            var last = depth == _shape.Length - 1;
            var most = last ? torch.maxColumns : torch.maxRows;
            var size = _shape[depth];
            var stride = 1L;
            foreach (var inner in _shape.AsSpan(depth + 1)) stride *= inner;
            text.Append(open);
            for (long i = 0; i < size; i++)
            {
                if (i > 0) Separate(depth, last);
                if (size > most && i == most - most / 2)
                {
                    text.Append(Ellipsis);
                    i = size - most / 2;
                    if (i == size) break;
                    if (last) text.Append(' ');
                    else NextLine(depth);
                }
                if (last) text.Append(_values[offset + i]).Append(suffix);
                else Dimension(depth + 1, offset + i * stride);
            }
            text.Append(close);
        }

        void Separate(int depth, bool last)
        {
            if (last || !matrices) text.Append(',');
            if (last) text.Append(' ');
            else NextLine(depth);
        }

        void NextLine(int depth)
        {
            for (var n = matrices ? _shape.Length - depth - 1 : 1; n > 0; n--) text.Append(_newLine);
            text.Append(' ', depth + 1);
        }
    }
}
