using MaaS.Onnx.Inference;
using MaaS.Serving.Protocols.TensorFlow.Schema;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary>TensorFlow's types of elements.</summary>
internal static class TensorFlowTypes
{
    private static readonly (ElementType Type, DataType Tf)[] Rows =
    [
        (ElementType.Bool, DataType.DtBool),
        (ElementType.UInt8, DataType.DtUint8),
        (ElementType.Int8, DataType.DtInt8),
        (ElementType.UInt16, DataType.DtUint16),
        (ElementType.Int16, DataType.DtInt16),
        (ElementType.UInt32, DataType.DtUint32),
        (ElementType.Int32, DataType.DtInt32),
        (ElementType.UInt64, DataType.DtUint64),
        (ElementType.Int64, DataType.DtInt64),
        (ElementType.Float16, DataType.DtHalf),
        (ElementType.BFloat16, DataType.DtBfloat16),
        (ElementType.Float32, DataType.DtFloat),
        (ElementType.Float64, DataType.DtDouble),
        (ElementType.String, DataType.DtString),
    ];

    /// <summary>The type of a tensor's elements; null where models have none such.</summary>
    public static ElementType? Find(DataType type)
    {
        foreach (var row in Rows)
        {
            if (row.Tf == type)
            {
                return row.Type;
            }
        }

        return null;
    }

    /// <summary>TensorFlow's type of a tensor; DT_INVALID where it has none.</summary>
    public static DataType Of(ElementType type)
    {
        foreach (var row in Rows)
        {
            if (row.Type == type)
            {
                return row.Tf;
            }
        }

        return DataType.DtInvalid;
    }
}
