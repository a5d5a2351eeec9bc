using System.Runtime.CompilerServices;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;

namespace MaaS.Serving.Protocols;

/// <summary>The encoders of the loaded models, made once for each and forgotten with it.</summary>
internal sealed class InputEncoders(IEnumerable<IInputEncoderFactory> factories)
{
    // What an application registers comes after what MaaS has, and before it in turn.
    private readonly IInputEncoderFactory[] _factories = [.. factories.Reverse()];
    private readonly ConditionalWeakTable<ServedModel, Entry> _entries = [];

    /// <summary>The model's encoder, or null.</summary>
    public IInputEncoder? For(ServedModel model)
        => _factories.Length == 0 ? null
            : _entries.GetValue(
                model, m => new Entry(_factories.Select(f => f.Create(m)).FirstOrDefault(e => e is not null))).Encoder;

    /// <summary>What clients are told to send: the encoder's inputs where there is one, else the model's own.</summary>
    public IReadOnlyList<TensorSpec> InputsOf(ServedModel model) => For(model)?.Inputs ?? model.Inputs;

    private sealed record Entry(IInputEncoder? Encoder);
}
