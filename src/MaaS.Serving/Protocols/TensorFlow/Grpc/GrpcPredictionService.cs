using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;
using MaaS.Serving.Grpc;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.TensorFlow.Schema;
using MaaS.Serving.Security;

namespace MaaS.Serving.Protocols.TensorFlow.Grpc;

/// <summary>TensorFlow Serving's gRPC interface for predictions, <c>tensorflow.serving.PredictionService</c>.</summary>
// Where reflection finds the descriptor; methods come from AddMethods.
[BindServiceMethod(typeof(PredictionService), "")]
internal sealed class GrpcPredictionService(TensorFlowMessages messages, ModelRepository models, InputEncoders encoders)
    : IGrpcService<GrpcPredictionService>
{
    private const string SignatureField = "signature_def";

    public static string ServiceName => PredictionService.Descriptor.FullName;

    public static void AddMethods(GrpcMethods<GrpcPredictionService> methods)
    {
        methods.Unary<PredictRequest, PredictResponse>(
            ServingScope.Predict, "Predict", static (s, request, call) => new(s.Messages.PredictAsync(
            request, ModelSpecs.Reference(request.ModelSpec), call.Client, call.CancellationToken)));
        methods.Unary<ClassificationRequest, ClassificationResponse>(
            ServingScope.Predict, "Classify",
            static (s, request, call) => new(s.Messages.ClassifyAsync(request, call.Client, call.CancellationToken)));
        methods.Unary<RegressionRequest, RegressionResponse>(
            ServingScope.Predict, "Regress",
            static (s, request, call) => new(s.Messages.RegressAsync(request, call.Client, call.CancellationToken)));
        methods.Unary<MultiInferenceRequest, MultiInferenceResponse>(
            ServingScope.Predict, "MultiInference",
            static (s, request, call)
                => new(s.Messages.MultiInferenceAsync(request, call.Client, call.CancellationToken)));
        methods.Unary<GetModelMetadataRequest, GetModelMetadataResponse>(
            ServingScope.Read, "GetModelMetadata", static (s, request, call) => s.MetadataAsync(request, call));
    }

    private TensorFlowMessages Messages => messages;

    private async ValueTask<GetModelMetadataResponse> MetadataAsync(GetModelMetadataRequest request, GrpcCall call)
    {
        if (request.MetadataField.Count == 0
            || request.MetadataField.FirstOrDefault(f => f != SignatureField) is not null)
        {
            throw RequestException.BadRequest(
                $"metadata_field: expected '{SignatureField}', got [{string.Join(", ", request.MetadataField)}]");
        }

        using var lease = await models.AcquireAsync(
            ModelSpecs.Reference(request.ModelSpec), call.Client, call.CancellationToken).ConfigureAwait(false);
        var signature = new SignatureDef { MethodName = "tensorflow/serving/predict" };
        signature.Inputs.Add(encoders.InputsOf(lease.Model).ToDictionary(s => s.Name, Info));
        signature.Outputs.Add(lease.Model.Outputs.ToDictionary(s => s.Name, Info));
        return new GetModelMetadataResponse
        {
            ModelSpec = ModelSpecs.Of(lease.Model),
            Metadata =
            {
                [SignatureField] = Any.Pack(
                    new SignatureDefMap { SignatureDef = { [TensorFlowRequest.DefaultSignature] = signature } }),
            },
        };
    }

    private static TensorInfo Info(TensorSpec spec) => new()
    {
        Name = spec.Name,
        Dtype = TensorFlowTypes.Of(spec.Type),
        TensorShape = new TensorShapeProto
        {
            Dim =
            {
                spec.Shape.Select(
                    (size, i) => new TensorShapeProto.Types.Dim
                    {
                        Size = size,
                        Name = spec.AxisNames.ElementAtOrDefault(i) ?? "",
                    }),
            },
        },
    };
}
