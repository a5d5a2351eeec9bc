using System.Globalization;
using System.Text;
using MaaS.Onnx.Inference;

namespace MaaS.Core.InputData;

/// <summary>The elements of an array.</summary>
/// <param name="Type">What tensors call them.</param>
/// <param name="Bytes">Bytes of one element.</param>
/// <param name="Unit">Bytes whose order the byte order decides: those of a character in texts.</param>
/// <param name="BigEndian">Whether the greatest byte of a unit is first.</param>
internal sealed record NpyType(ElementType Type, int Bytes, int Unit, bool BigEndian)
{
    // They take no bytes of the file, so that its size does not bound them.
    private const int MostEmptyTexts = 1 << 16;

    /// <exception cref="InvalidDataException">Tensors have no such elements.</exception>
    public static NpyType Parse(string descriptor, string name)
    {
        if (descriptor.Length < 3)
        {
            throw Unknown(descriptor, name);
        }

        char order = descriptor[0], kind = descriptor[1];
        if (order is not ('<' or '>' or '|' or '=')
            || !int.TryParse(descriptor.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int size))
        {
            throw Unknown(descriptor, name);
        }
        bool big = order == '>';
        return (kind, size) switch
        {
            ('b', 1) => new(ElementType.Bool, 1, 1, false),
            ('i', 1) => new(ElementType.Int8, 1, 1, false),
            ('i', 2) => new(ElementType.Int16, 2, 2, big),
            ('i', 4) => new(ElementType.Int32, 4, 4, big),
            ('i', 8) => new(ElementType.Int64, 8, 8, big),
            ('u', 1) => new(ElementType.UInt8, 1, 1, false),
            ('u', 2) => new(ElementType.UInt16, 2, 2, big),
            ('u', 4) => new(ElementType.UInt32, 4, 4, big),
            ('u', 8) => new(ElementType.UInt64, 8, 8, big),
            ('f', 2) => new(ElementType.Float16, 2, 2, big),
            ('f', 4) => new(ElementType.Float32, 4, 4, big),
            ('f', 8) => new(ElementType.Float64, 8, 8, big),
            ('S', >= 0 and < 1 << 20) => new(ElementType.String, size, 1, false),
            ('U', >= 0 and < 1 << 18) => new(ElementType.String, 4 * size, 4, big),
            _ => throw Unknown(descriptor, name),
        };
    }

    /// <summary>A tensor over row-major bytes in little-endian order.</summary>
    public TensorValue Tensor(byte[] bytes, long[] shape, string name)
    {
        if (Type == ElementType.Bool && bytes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw new InvalidDataException($"{name}: expected booleans as bytes of 0 and 1, got others");
        }

        if (Type != ElementType.String)
        {
            return new TensorValue(Type, shape, bytes);
        }

        if (Bytes == 0 && TensorShape.Count(shape) > MostEmptyTexts)
        {
            throw new InvalidDataException(
                $"{name}: expected at most {MostEmptyTexts} texts of length 0, got {TensorShape.Count(shape)}");
        }

        var encoding = Unit == 4 ? Encoding.UTF32 : Encoding.UTF8;
        var texts = new string[TensorShape.Count(shape)];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = encoding.GetString(bytes, i * Bytes, Bytes).TrimEnd('\0');
        }
        return TensorValue.OfStrings(texts, shape);
    }

    private static InvalidDataException Unknown(string descriptor, string name) => new(
        $"{name}: expected elements that tensors have (booleans, integers, float16 to float64, texts), got "
        + $"'{descriptor}'; convert with astype before saving");
}
