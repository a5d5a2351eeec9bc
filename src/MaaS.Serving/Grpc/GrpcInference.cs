using Google.Protobuf;
using MaaS.Onnx.Inference;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols;
using MaaS.Serving.Protocols.OpenInference;
using MaaS.Serving.Protocols.SharedMemory;

namespace MaaS.Serving.Grpc;

/// <summary>Runs inference requests that came as messages.</summary>
internal sealed class GrpcInference(InferenceCalls calls, RequestContextFactory contexts, SharedRegions regions)
{
    /// <summary>Runs a request.</summary>
    /// <returns>The answer; its message reads the outputs' memory, so it is disposed after it was sent.</returns>
    public async Task<Answer> RunAsync(
        ModelInferRequest request, RequestContext client, CancellationToken cancellationToken)
    {
        Schedule(request, client);
        var wanted = request.Outputs.Select(Requested).ToArray();
        if (wanted.DistinctBy(w => w.Name, StringComparer.Ordinal).Count() < wanted.Length)
        {
            throw RequestException.BadRequest(
                $"outputs: expected each once, got [{string.Join(", ", wanted.Select(w => w.Name))}]");
        }

        var call = await calls.BeginAsync(Reference(request.ModelName, request.ModelVersion), client, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            GrpcTensors.Read(request, call.Tensors, regions.Reader(client.Caller));
            await call.RunAsync(wanted.Length > 0 ? [.. wanted.Select(w => w.Name)] : null, cancellationToken)
                .ConfigureAwait(false);
            return new Answer(Respond(request.Id, call, wanted), call);
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    /// <summary>A model and perhaps a version; messages have empty text where nothing was said.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT: there is no name.</exception>
    public static ModelReference Reference(string name, string version)
        => name.Length > 0 ? new ModelReference(name, version.Length > 0 ? version : null)
            : throw RequestException.BadRequest("expected the name of a model, got none");

    private ModelInferResponse Respond(string id, InferenceCall call, ReadOnlySpan<RequestedOutput> wanted)
    {
        var response = new ModelInferResponse
        {
            ModelName = call.Model.Name,
            ModelVersion = call.Model.Version.ToString(provider: null),
            Id = id,
        };
        for (var i = 0; i < call.Outputs.Count; i++)
        {
            var spec = call.Outputs.Specs[i];
            var tensor = wanted.IsEmpty || wanted[i].Classes == 0 ? call.Outputs[i]
                : Classification.Top(call.Outputs[i], spec, wanted[i].Classes, call.Model.Manifest?.Labels);
            var output = new ModelInferResponse.Types.InferOutputTensor
            {
                Name = spec.Name,
                Datatype = tensor.Type.ProtocolName(),
                Shape = { tensor.Shape.ToArray() },
            };
            response.Outputs.Add(output);
            if (!wanted.IsEmpty && wanted[i].Shared is { } part)
            {
                GrpcSharedMemory.AddPart(
                    output.Parameters, part, regions.Write(call.Client.Caller, part, tensor, spec.Name));
                response.RawOutputContents.Add(ByteString.Empty); // One for each output, as clients count them.
            }
            else
            {
                response.RawOutputContents.Add(GrpcTensors.Raw(tensor));
            }
        }

        return response;
    }

    private void Schedule(ModelInferRequest request, RequestContext client)
    {
        foreach (var (name, value) in request.Parameters)
        {
            if (SchedulePolicy.Has(name))
            {
                SchedulePolicy.Apply(client, name, GrpcParameters.Number(name, value), contexts);
            }
        }
    }

    private static RequestedOutput Requested(ModelInferRequest.Types.InferRequestedOutputTensor output)
        => new(output.Name, Classes: output.Parameters.TryGetValue("classification", out var count)
            ? (int)Math.Clamp(GrpcParameters.Number("classification", count), 0, int.MaxValue) : 0,
            Shared: GrpcSharedMemory.PartOf(output.Parameters));

    /// <summary>A message and what must live until it is sent.</summary>
    internal sealed class Answer(ModelInferResponse message, InferenceCall call) : IDisposable
    {
        public ModelInferResponse Message { get; } = message;

        public void Dispose() => call.Dispose();
    }
}
