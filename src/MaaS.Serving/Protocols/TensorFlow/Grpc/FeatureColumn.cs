using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;
using MaaS.Serving.Protocols.TensorFlow.Schema;

namespace MaaS.Serving.Protocols.TensorFlow.Grpc;

/// <summary>The values of one feature, collected from example to example.</summary>
/// <param name="spec">The input that they are for.</param>
internal sealed class FeatureColumn(TensorSpec spec)
{
    private readonly List<double> _floats = [];
    private readonly List<long> _integers = [];
    private readonly List<string> _texts = [];
    private int? _width;

    /// <summary>Adds an example's feature.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT: another kind of list, or as many values as the examples
    /// before.</exception>
    public void Add(Feature feature, int row)
    {
        var expected = KindOf(spec.Type);
        if (expected == Feature.KindOneofCase.None || feature.KindCase != expected)
        {
            throw RequestException.BadRequest(
                $"examples: expected a {expected} for '{spec.Name}' ({spec.Type.Name()}), got {feature.KindCase} in "
                    + $"example {row}");
        }

        var before = _floats.Count + _integers.Count + _texts.Count;
        switch (expected)
        {
            case Feature.KindOneofCase.FloatList:
                _floats.AddRange(feature.FloatList.Value.Select(v => (double)v));
                break;
            case Feature.KindOneofCase.Int64List:
                _integers.AddRange(feature.Int64List.Value);
                break;
            default:
                _texts.AddRange(feature.BytesList.Value.Select(static v => ByteText.Decode(v.Span)));
                break;
        }

        var count = _floats.Count + _integers.Count + _texts.Count - before;
        _width ??= count;
        if (_width != count)
        {
            throw RequestException.BadRequest(
                $"examples: expected as many values of '{spec.Name}' in each, got {_width} and {count}");
        }
    }

    /// <summary>One row for each example, shaped as the model says.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT: the values do not fill the input's shape, or do not fit its
    /// type.</exception>
    public TensorValue ToTensor(int rows)
    {
        var shape = ExamplesRequest.Shape(spec, rows, _width ?? 0);
        try
        {
            return spec.Type switch
            {
                ElementType.Float32 => TensorValue.Of(_floats.ConvertAll(v => (float)v).ToArray(), shape),
                ElementType.Float64 => TensorValue.Of(_floats.ToArray(), shape),
                ElementType.Int64 => TensorValue.Of(_integers.ToArray(), shape),
                ElementType.Int32 => TensorValue.Of(_integers.ConvertAll(v => checked((int)v)).ToArray(), shape),
                ElementType.Int16 => TensorValue.Of(_integers.ConvertAll(v => checked((short)v)).ToArray(), shape),
                ElementType.Int8 => TensorValue.Of(_integers.ConvertAll(v => checked((sbyte)v)).ToArray(), shape),
                ElementType.UInt64 => TensorValue.Of(_integers.ConvertAll(v => checked((ulong)v)).ToArray(), shape),
                ElementType.UInt32 => TensorValue.Of(_integers.ConvertAll(v => checked((uint)v)).ToArray(), shape),
                ElementType.UInt16 => TensorValue.Of(_integers.ConvertAll(v => checked((ushort)v)).ToArray(), shape),
                ElementType.UInt8 => TensorValue.Of(_integers.ConvertAll(v => checked((byte)v)).ToArray(), shape),
                ElementType.Bool => TensorValue.Of(
                    _integers.ConvertAll(v => v is 0 or 1 ? v == 1 : throw new OverflowException()).ToArray(), shape),
                _ => TensorValue.OfStrings([.. _texts], shape),
            };
        }
        catch (OverflowException)
        {
            throw RequestException.BadRequest(
                $"examples: expected values of '{spec.Name}' that fit {spec.Type.Name()}, got others");
        }
    }

    private static Feature.KindOneofCase KindOf(ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.Float64 => Feature.KindOneofCase.FloatList,
        ElementType.String => Feature.KindOneofCase.BytesList,
        ElementType.Float16 or ElementType.BFloat16 => Feature.KindOneofCase.None,
        _ => Feature.KindOneofCase.Int64List,
    };
}
