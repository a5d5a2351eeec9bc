using System.Runtime.CompilerServices;
using MaaS.Serving.Models;

namespace MaaS.Serving.Protocols;

/// <summary>The encoders of the loaded models, made once for each and forgotten with it.</summary>
internal sealed class InputEncoders(IEnumerable<IInputEncoderFactory> factories)
{
    private readonly IInputEncoderFactory[] _factories = [.. factories];
    private readonly ConditionalWeakTable<ServedModel, Entry> _entries = [];

    /// <summary>The model's encoder, or null.</summary>
    public IInputEncoder? For(ServedModel model)
        => _factories.Length == 0 ? null
            : _entries.GetValue(model, m => new Entry(_factories.Select(f => f.Create(m)).FirstOrDefault(e => e is not null))).Encoder;

    private sealed record Entry(IInputEncoder? Encoder);
}
