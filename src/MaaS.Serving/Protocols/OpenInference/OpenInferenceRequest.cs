using System.Text.Json;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;
using MaaS.Serving.Protocols.SharedMemory;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>An inference request of the Open Inference Protocol besides its tensors.</summary>
internal sealed class OpenInferenceRequest
{
    private static readonly IReadOnlyList<RequestedOutput> AllOutputs = [];

    /// <summary>To be echoed; null when the client gave none.</summary>
    public string? Id { get; private set; }

    /// <summary>Outputs wanted; none asks for all.</summary>
    public IReadOnlyList<RequestedOutput> Outputs { get; private set; } = AllOutputs;

    /// <summary>Whether outputs come as bytes unless they say otherwise.</summary>
    public bool IsBinary { get; init; }

    /// <summary>The schedule policy's parameters by name.</summary>
    public IReadOnlyDictionary<string, long> Schedule { get; private set; } = EmptySchedule;

    private static IReadOnlyDictionary<string, long> EmptySchedule { get; } = new Dictionary<string, long>();

    /// <summary>Names of the outputs wanted; null for all.</summary>
    public IReadOnlyList<string>? OutputNames => Outputs.Count > 0 ? [.. Outputs.Select(o => o.Name)] : null;

    /// <summary>What is wanted of an output.</summary>
    /// <param name="index">Its place in the answer.</param>
    public RequestedOutput Output(int index) => Outputs.Count > 0 ? Outputs[index] : default;

    /// <summary>Whether an output comes as bytes.</summary>
    /// <param name="index">Its place in the answer.</param>
    public bool IsBinaryOutput(int index) => Output(index).IsBinary ?? IsBinary;

    /// <summary>
    /// Reads a request in one pass; only where <c>data</c> stands before shape and type is it read twice.
    /// </summary>
    /// <param name="json">The JSON part.</param>
    /// <param name="binary">What follows it; empty where there is nothing. The tensors read it in place.</param>
    /// <param name="tensors">Gets the inputs.</param>
    /// <param name="shared">Reads a part of shared memory.</param>
    /// <exception cref="RequestException">400, with what was expected.</exception>
    public static OpenInferenceRequest Read(
        ReadOnlySpan<byte> json, ReadOnlyMemory<byte> binary, RequestTensors tensors, Func<SharedPart, byte[]> shared)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw RequestException.BadRequest($"expected an object with 'inputs', got {reader.TokenType}");
        }

        string? id = null;
        List<RequestedOutput>? outputs = null;
        var parameters = new InferParameters();
        var inputs = new OpenInferenceInputs(tensors, binary, shared);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(reader, "id"u8))
            {
                reader.Read();
                id = JsonMember.Text(ref reader, "id");
            }
            else if (JsonText.Is(reader, "inputs"u8))
            {
                reader.Read();
                JsonMember.Expect(reader, JsonTokenType.StartArray, "inputs");
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    JsonMember.Expect(reader, JsonTokenType.StartObject, "inputs");
                    inputs.Read(ref reader, json);
                }
            }
            else if (JsonText.Is(reader, "outputs"u8))
            {
                reader.Read();
                outputs = ReadOutputs(ref reader);
            }
            else if (JsonText.Is(reader, "parameters"u8))
            {
                reader.Read();
                parameters.Read(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        reader.Read(); // Throws where something follows the object.
        inputs.ThrowIfBytesLeft();
        return new OpenInferenceRequest
        {
            Id = id,
            Outputs = outputs ?? AllOutputs,
            IsBinary = parameters.BinaryOutput ?? false,
            Schedule = parameters.Schedule ?? EmptySchedule,
        };
    }

    private static List<RequestedOutput> ReadOutputs(ref Utf8JsonReader reader)
    {
        JsonMember.Expect(reader, JsonTokenType.StartArray, "outputs");
        List<RequestedOutput> outputs = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            JsonMember.Expect(reader, JsonTokenType.StartObject, "outputs");
            string? name = null;
            var parameters = new InferParameters();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isName = JsonText.Is(reader, "name"u8);
                var isParameters = JsonText.Is(reader, "parameters"u8);
                reader.Read();
                if (isName)
                {
                    name = JsonMember.Text(ref reader, "name");
                }
                else if (isParameters)
                {
                    parameters.Read(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            if (name is not null && outputs.Exists(o => o.Name == name))
            {
                throw RequestException.BadRequest($"outputs: expected each once, got '{name}' twice");
            }

            outputs.Add(new RequestedOutput(
                name ?? throw RequestException.BadRequest("outputs: expected a name in each, it is missing"),
                parameters.BinaryData,
                parameters.Classes ?? 0,
                parameters.Shared));
        }

        return outputs;
    }
}
