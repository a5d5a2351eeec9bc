using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Core.Onnx.Schema;

namespace MaaS.Training.Export.Tracing;

/// <summary>One run of a forward function as libtorch recorded it (schema: docs/tracing.md).</summary>
internal sealed record Trace(
    IReadOnlyList<TraceValue> Inputs, IReadOnlyList<TraceNode> Nodes, IReadOnlyList<int> Outputs)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { MaxDepth = 256 };

    /// <summary>The constants of type tensor, by index.</summary>
    [JsonIgnore]
    public IReadOnlyList<TensorProto> Constants { get; init; } = [];

    public static Trace Parse(ReadOnlySpan<byte> json, IReadOnlyList<TensorProto> constants) =>
        JsonSerializer.Deserialize<Trace>(json, Options)! with { Constants = constants };
}

/// <summary>A value of the trace: its number, its type, and for tensors what they were in this run.</summary>
internal sealed record TraceValue(int Id, string Type, int? Dtype, long[]? Sizes, long[]? Strides);

/// <summary>An executed operator: arguments in the schema's order, with the schema's names for them.</summary>
internal sealed record TraceNode(
    string Op, string? Overload, string Scope, string[]? Arguments, int[] Inputs, TraceValue[] Outputs, JsonElement Value);
