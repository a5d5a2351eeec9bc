using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using MaaS.Onnx.Inference;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Grpc;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.TensorFlow.Schema;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Protocols.TensorFlow.Grpc;

/// <summary>TensorFlow Serving's gRPC interface for predictions, <c>tensorflow.serving.PredictionService</c>.</summary>
internal sealed class GrpcPredictionService(
    TensorFlowMessages messages, ModelRepository models, InputEncoders encoders, GrpcEndpoint grpc) : IEndpoints
{
    private const string Service = "/tensorflow.serving.PredictionService/";
    private const string SignatureField = "signature_def";


    public void Map(IEndpointRouteBuilder endpoints)
    {
        void Unary<TRequest>(ServingScope scope, string method, MessageParser<TRequest> parser, Func<TRequest, GrpcCall, ValueTask<IMessage>> run)
            where TRequest : class, IMessage<TRequest>
            => endpoints.MapPost(Service + method, grpc.Unary(parser, run)).WithScope(scope).WithModel(ModelMetadata.InMessage);

        Unary(ServingScope.Predict, "Predict", PredictRequest.Parser, async (request, call) => await messages.PredictAsync(
            request, ModelSpecs.Reference(request.ModelSpec), call.Client, call.CancellationToken).ConfigureAwait(false));
        Unary(ServingScope.Predict, "Classify", ClassificationRequest.Parser, async (request, call)
            => await messages.ClassifyAsync(request, call.Client, call.CancellationToken).ConfigureAwait(false));
        Unary(ServingScope.Predict, "Regress", RegressionRequest.Parser, async (request, call)
            => await messages.RegressAsync(request, call.Client, call.CancellationToken).ConfigureAwait(false));
        Unary(ServingScope.Predict, "MultiInference", MultiInferenceRequest.Parser, async (request, call)
            => await messages.MultiInferenceAsync(request, call.Client, call.CancellationToken).ConfigureAwait(false));
        Unary(ServingScope.Read, "GetModelMetadata", GetModelMetadataRequest.Parser, MetadataAsync);
        endpoints.MapPost(Service + "{method}", grpc.Handle(static call => throw new GrpcException(
            GrpcStatusCode.Unimplemented, $"expected Predict, Classify, Regress, MultiInference or GetModelMetadata, got '{call.Http.Route("method")}'")))
            .WithScope(ServingScope.Read);
    }

    private async ValueTask<IMessage> MetadataAsync(GetModelMetadataRequest request, GrpcCall call)
    {
        if (request.MetadataField.Count == 0 || request.MetadataField.FirstOrDefault(f => f != SignatureField) is not null)
        {
            throw RequestException.BadRequest($"metadata_field: expected '{SignatureField}', got [{string.Join(", ", request.MetadataField)}]");
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
                [SignatureField] = Any.Pack(new SignatureDefMap { SignatureDef = { [TensorFlowRequest.DefaultSignature] = signature } }),
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
                spec.Shape.Select((size, i) => new TensorShapeProto.Types.Dim { Size = size, Name = spec.AxisNames.ElementAtOrDefault(i) ?? "" }),
            },
        },
    };
}
