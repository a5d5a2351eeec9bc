using System.Text.Json;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;
using MaaS.Serving.Protocols.SharedMemory;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>The parameters that mean something to this server; clients may send others.</summary>
internal struct InferParameters
{
    /// <summary><c>binary_data_output</c> of a request.</summary>
    public bool? BinaryOutput { get; private set; }

    /// <summary><c>binary_data</c> of an output.</summary>
    public bool? BinaryData { get; private set; }

    /// <summary><c>binary_data_size</c> of an input, in bytes.</summary>
    public long? BinarySize { get; private set; }

    /// <summary><c>classification</c> of an output.</summary>
    public int? Classes { get; private set; }

    /// <summary><c>priority</c> and <c>timeout</c> of a request; null without.</summary>
    public Dictionary<string, long>? Schedule { get; private set; }

    /// <summary>Where a tensor lies in shared memory; null where it does not.</summary>
    /// <exception cref="RequestException">400: there is a region and no size.</exception>
    public readonly SharedPart? Shared
        => _region is null ? null
            : new SharedPart(
                _region,
                _offset ?? 0,
                _size ?? throw RequestException.BadRequest(
                    "parameters: expected 'shared_memory_byte_size' with a region"));

    private string? _region;
    private long? _offset;
    private long? _size;

    /// <summary>Reads the object that the reader stands on.</summary>
    /// <exception cref="RequestException">400: a known parameter has a value of another type.</exception>
    public void Read(ref Utf8JsonReader reader)
    {
        JsonMember.Expect(reader, JsonTokenType.StartObject, "parameters");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Get(reader);
            reader.Read();
            switch (name)
            {
                case "binary_data_output":
                    BinaryOutput = Boolean(reader, name);
                    break;
                case "binary_data":
                    BinaryData = Boolean(reader, name);
                    break;
                case "binary_data_size":
                    BinarySize = Integer(reader, name);
                    break;
                case "shared_memory_region":
                    _region = JsonMember.Text(ref reader, name);
                    break;
                case "shared_memory_offset":
                    _offset = Integer(reader, name);
                    break;
                case "shared_memory_byte_size":
                    _size = Integer(reader, name);
                    break;
                case "classification":
                    Classes = (int)Math.Min(Integer(reader, name), int.MaxValue);
                    break;
                case SchedulePolicy.Priority or SchedulePolicy.Timeout:
                    (Schedule ??= [])[name] = Integer(reader, name);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static bool Boolean(in Utf8JsonReader reader, string name)
        => reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.TokenType == JsonTokenType.True
            : throw RequestException.BadRequest(
                $"parameters: expected true or false as '{name}', got {reader.TokenType}");

    private static long Integer(in Utf8JsonReader reader, string name)
        => reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value >= 0 ? value
            : throw RequestException.BadRequest(
                $"parameters: expected an integer of 0 or more as '{name}', got {reader.TokenType}");
}
