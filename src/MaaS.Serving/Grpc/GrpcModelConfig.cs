using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Protocols.OpenInference;

namespace MaaS.Serving.Grpc;

/// <summary>A model's configuration as a message.</summary>
internal static class GrpcModelConfig
{
    /// <param name="model">The model.</param>
    /// <param name="inputs">What clients are told to send.</param>
    public static ModelConfig Of(ServedModel model, IReadOnlyList<TensorSpec> inputs)
    {
        var size = ModelConfigShape.MaxBatchSize(model, inputs);
        return new ModelConfig
        {
            Name = model.Name,
            Platform = ServerDescription.Platform,
            Backend = ServerDescription.Backend,
            MaxBatchSize = size,
            Input =
            {
                inputs.Select(
                    i => new ModelInput
                    {
                        Name = i.Name,
                        DataType = TypeOf(i.Type),
                        Dims = { ModelConfigShape.Dims(i, size > 0) },
                    }),
            },
            Output =
            {
                model.Outputs.Select(
                    o => new ModelOutput
                    {
                        Name = o.Name,
                        DataType = TypeOf(o.Type),
                        Dims = { ModelConfigShape.Dims(o, size > 0) },
                    }),
            },
        };
    }

    /// <summary>The type as configurations name it.</summary>
    public static DataType TypeOf(ElementType type) => type switch
    {
        ElementType.Bool => DataType.TypeBool,
        ElementType.UInt8 => DataType.TypeUint8,
        ElementType.UInt16 => DataType.TypeUint16,
        ElementType.UInt32 => DataType.TypeUint32,
        ElementType.UInt64 => DataType.TypeUint64,
        ElementType.Int8 => DataType.TypeInt8,
        ElementType.Int16 => DataType.TypeInt16,
        ElementType.Int32 => DataType.TypeInt32,
        ElementType.Int64 => DataType.TypeInt64,
        ElementType.Float16 => DataType.TypeFp16,
        ElementType.BFloat16 => DataType.TypeBf16,
        ElementType.Float32 => DataType.TypeFp32,
        ElementType.Float64 => DataType.TypeFp64,
        ElementType.String => DataType.TypeString,
        _ => DataType.TypeInvalid,
    };
}
