using Google.Protobuf;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.AttributeProto.Types;

namespace MaaS.Onnx;

/// <summary>The value of a node's attribute: made from numbers, text, lists, tensors and graphs by implicit
/// conversion.</summary>
public readonly struct AttributeValue
{
    private readonly AttributeProto _proto;

    private AttributeValue(AttributeProto proto) => _proto = proto;

    /// <summary>The attribute under a name.</summary>
    public AttributeProto Named(string name)
    {
        var proto = _proto.Clone();
        proto.Name = name;
        return proto;
    }

    /// <summary>An integer.</summary>
    public static implicit operator AttributeValue(long value) => new(new() { Type = AttributeType.Int, I = value });

    /// <summary>An integer.</summary>
    public static implicit operator AttributeValue(int value) => (long)value;

    /// <summary>1 or 0.</summary>
    public static implicit operator AttributeValue(bool value) => value ? 1L : 0L;

    /// <summary>A real.</summary>
    public static implicit operator AttributeValue(float value) => new(new() { Type = AttributeType.Float, F = value });

    /// <summary>Text.</summary>
    public static implicit operator AttributeValue(string value) =>
        new(new() { Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) });

    /// <summary>Integers.</summary>
    public static implicit operator AttributeValue(long[] values) => Ints(values);

    /// <summary>Reals.</summary>
    public static implicit operator AttributeValue(float[] values)
    {
        var proto = new AttributeProto { Type = AttributeType.Floats };
        proto.Floats.Add(values);
        return new(proto);
    }

    /// <summary>Texts.</summary>
    public static implicit operator AttributeValue(string[] values)
    {
        var proto = new AttributeProto { Type = AttributeType.Strings };
        proto.Strings.Add(values.Select(ByteString.CopyFromUtf8));
        return new(proto);
    }

    /// <summary>A tensor, which is not copied until the attribute is named.</summary>
    public static implicit operator AttributeValue(TensorProto value) =>
        new(new() { Type = AttributeType.Tensor, T = value });

    /// <summary>A graph, such as the body of Scan; not copied until the attribute is named.</summary>
    public static implicit operator AttributeValue(GraphProto value)
        => new(new() { Type = AttributeType.Graph, G = value });

    private static AttributeValue Ints(long[] values)
    {
        var proto = new AttributeProto { Type = AttributeType.Ints };
        proto.Ints.Add(values);
        return new(proto);
    }
}
