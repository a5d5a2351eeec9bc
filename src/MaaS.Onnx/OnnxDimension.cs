using MaaS.Onnx.Schema;

namespace MaaS.Onnx;

/// <summary>The size of one axis: a number, a named dynamic size, or unknown.</summary>
/// <param name="Size">The number, where it is fixed.</param>
/// <param name="Symbol">The name of a dynamic size, such as <c>batch</c>.</param>
public readonly record struct OnnxDimension(long? Size, string? Symbol)
{
    /// <summary>A fixed size.</summary>
    public static implicit operator OnnxDimension(long size) => new(size, null);

    /// <summary>A dynamic size.</summary>
    public static implicit operator OnnxDimension(string symbol) => new(null, symbol);

    /// <inheritdoc/>
    public override string ToString() => Size?.ToString() ?? Symbol ?? "?";

    /// <summary>An axis counted from the front.</summary>
    /// <param name="axis">From −<paramref name="rank"/>: negative ones count from the back, as ONNX and torch have
    /// it.</param>
    /// <param name="rank">Number of axes.</param>
    public static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    /// <summary>Reads a shape; null where the value's rank is not known. A blank name of an axis names
    /// nothing.</summary>
    public static OnnxDimension[]? ShapeOf(ValueInfoProto value) =>
        value.Type?.TensorType?.Shape?.Dim.Select(static dim => dim.ValueCase switch
        {
            TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue => (OnnxDimension)dim.DimValue,
            TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam
                when !string.IsNullOrWhiteSpace(dim.DimParam) => dim.DimParam,
            _ => default,
        }).ToArray();

    /// <summary>Describes a tensor value: name, element type, shape (null for an unknown rank).</summary>
    public static ValueInfoProto ValueInfo(
        string name, TensorProto.Types.DataType type, IEnumerable<OnnxDimension>? shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type };
        if (shape is not null)
        {
            tensor.Shape = new TensorShapeProto();
            tensor.Shape.Dim.Add(shape.Select(static dim => dim switch
            {
                { Size: { } size } => new TensorShapeProto.Types.Dimension { DimValue = size },
                { Symbol: { } symbol } => new TensorShapeProto.Types.Dimension { DimParam = symbol },
                _ => new TensorShapeProto.Types.Dimension(),
            }));
        }
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
