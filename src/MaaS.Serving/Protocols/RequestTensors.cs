using MaaS.Core.Inference;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using MaaS.Serving.Models;

namespace MaaS.Serving.Protocols;

/// <summary>The inputs of one request, in the model's order, while they are read and until the run has ended.</summary>
internal sealed class RequestTensors(ServedModel model) : IDisposable
{
    private readonly TensorBuffer?[] _buffers = new TensorBuffer?[model.Inputs.Count];
    private readonly TensorValue[] _values = new TensorValue[model.Inputs.Count];

    /// <summary>The tensors, once each is complete.</summary>
    public ReadOnlyMemory<TensorValue> Values => _values;

    public IReadOnlyList<TensorSpec> Specs => model.Inputs;

    /// <summary>The model's only input.</summary>
    /// <exception cref="RequestException">400: it has several, so each must be named.</exception>
    public int Only(string expected)
        => Specs.Count == 1 ? 0
            : throw RequestException.BadRequest($"model '{model.Name}': expected {expected} with the inputs [{Names()}], got a bare value");

    /// <summary>The input of that name.</summary>
    /// <exception cref="RequestException">400: there is none.</exception>
    public int IndexOf(string? name)
    {
        for (var i = 0; i < Specs.Count; i++)
        {
            if (Specs[i].Name == name)
            {
                return i;
            }
        }

        throw RequestException.BadRequest($"model '{model.Name}': expected the inputs [{Names()}], got '{name}'");
    }

    /// <summary>The buffer that an input's elements go to; of the model's type unless another is named.</summary>
    /// <exception cref="RequestException">400: the input is complete already.</exception>
    public TensorBuffer Buffer(int input, ElementType? type = null)
    {
        var spec = Specs[input];
        if (_values[input] is not null)
        {
            throw RequestException.BadRequest($"input '{spec.Name}': expected it once, got it twice");
        }

        return _buffers[input] ??= new TensorBuffer(spec.Name, type ?? spec.Type, ExpectedElements(spec));
    }

    /// <summary>Completes an input.</summary>
    public void Complete(int input, ReadOnlySpan<long> shape) => _values[input] = Buffer(input).ToTensor(shape);

    /// <exception cref="RequestException">400: an input is missing.</exception>
    public void ThrowIfIncomplete()
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (_values[i] is null)
            {
                throw RequestException.BadRequest($"model '{model.Name}': expected the inputs [{Names()}], '{Specs[i].Name}' is missing");
            }
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers)
        {
            buffer?.Dispose();
        }

        foreach (var value in _values)
        {
            value?.Dispose();
        }
    }

    private static int ExpectedElements(TensorSpec spec)
    {
        long count = 1;
        foreach (var size in spec.Shape)
        {
            count = Math.Min(count * Math.Max(size, 1), 1 << 24);
        }

        return (int)count;
    }

    private string Names() => string.Join(", ", Specs.Select(s => s.Name));
}
