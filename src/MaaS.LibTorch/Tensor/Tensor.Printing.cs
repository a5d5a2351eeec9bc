using System.Collections;
using System.Globalization;

namespace TorchSharp;

public static partial class torch
{
    public const TensorStringStyle julia = TensorStringStyle.Julia;
    public const TensorStringStyle numpy = TensorStringStyle.Numpy;
    public const TensorStringStyle csharp = TensorStringStyle.CSharp;

    internal static string floatFormat = "g5";
    internal static string newLine = Environment.NewLine;
    internal static int lineWidth = 100;
    internal static int maxRows = 6;
    internal static int maxColumns = 6;

    private static TensorStringStyle _style = TensorStringStyle.Julia;

    /// <summary>The style of ToString when none is given.</summary>
    public static TensorStringStyle TensorStringStyle
    {
        get => _style;
        set => _style = value != TensorStringStyle.Default
            ? value
            : throw new ArgumentException("The style cannot be set to 'Default'", nameof(value));
    }

    public static void set_printoptions(
        int precision, int? linewidth = null, string? newLine = null, bool sci_mode = false, int? maxRows = null,
        int? maxColumns = null) =>
        set_printoptions(null, $"{(sci_mode ? 'E' : 'F')}{precision}", linewidth, newLine, maxRows, maxColumns);

    public static void set_printoptions(
        TensorStringStyle? style = null, string? floatFormat = null, int? linewidth = null, string? newLine = null,
        int? maxRows = null, int? maxColumns = null)
    {
        if (style is { } given) TensorStringStyle = given;
        torch.floatFormat = floatFormat ?? torch.floatFormat;
        torch.lineWidth = linewidth ?? torch.lineWidth;
        torch.newLine = newLine ?? torch.newLine;
        torch.maxRows = maxRows ?? torch.maxRows;
        torch.maxColumns = maxColumns ?? torch.maxColumns;
    }

    public partial class Tensor
    {
        /// <summary>Shape, type and device; elements with the other overloads.</summary>
        public override string ToString() => IsInvalid ? "" : ToString(TensorStringStyle.Metadata);

        public string ToString(
            TensorStringStyle style, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null,
            string? newLine = null) =>
            TensorPrinter.Print(
                this, style == TensorStringStyle.Default ? torch.TensorStringStyle : style,
                fltFormat ?? torch.floatFormat, width ?? torch.lineWidth, cultureInfo ?? CultureInfo.CurrentCulture,
                newLine ?? torch.newLine);

        public string ToString(
            bool disamb, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null,
            string? newLine = null) =>
            ToString(disamb ? TensorStringStyle.Default : TensorStringStyle.Metadata, fltFormat, width, cultureInfo, newLine);

        /// <summary>Nested lists of scalars; a scalar for a tensor without dimensions.</summary>
        public object tolist()
        {
            if (ndim == 0) return ToScalar();
            var list = new ArrayList();
            foreach (var part in unbind())
                using (part)
                    list.Add(part.tolist());
            return list;
        }
    }
}

public static partial class TensorExtensionMethods
{
    public static string str(
        this torch.Tensor tensor, string? fltFormat = null, int? width = null, string? newLine = null,
        CultureInfo? cultureInfo = null, TensorStringStyle style = TensorStringStyle.Default) =>
        tensor.ToString(style, fltFormat, width, cultureInfo, newLine);

    public static string jlstr(
        this torch.Tensor tensor, string? fltFormat = null, int? width = null, string? newLine = null,
        CultureInfo? cultureInfo = null) =>
        tensor.ToString(TensorStringStyle.Julia, fltFormat, width, cultureInfo, newLine);

    public static string metastr(this torch.Tensor tensor) => tensor.ToString(TensorStringStyle.Metadata);

    public static string npstr(
        this torch.Tensor tensor, string? fltFormat = "g5", int? width = 100, string? newLine = null,
        CultureInfo? cultureInfo = null) =>
        tensor.ToString(TensorStringStyle.Numpy, fltFormat, width, cultureInfo, newLine);

    public static string cstr(
        this torch.Tensor tensor, string? fltFormat = "g5", int? width = 100, string? newLine = null,
        CultureInfo? cultureInfo = null) =>
        tensor.ToString(TensorStringStyle.CSharp, fltFormat, width, cultureInfo, newLine);

    /// <summary>Writes the tensor to the console and returns it.</summary>
    public static torch.Tensor print(
        this torch.Tensor t, string? fltFormat = "g5", int? width = 100, string? newLine = null,
        CultureInfo? cultureInfo = null, TensorStringStyle style = TensorStringStyle.Default)
    {
        Console.WriteLine(t.ToString(style, fltFormat, width, cultureInfo, newLine));
        return t;
    }
}
