using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;

namespace MaaS.Serving.Protocols;

/// <summary>The inputs of one request while they are read and until the run has ended.</summary>
/// <remarks>A request brings either the model's inputs or those of its encoder.</remarks>
/// <param name="model">Whose inputs are expected.</param>
/// <param name="encoder">Takes text and the like; null for none.</param>
internal sealed class RequestTensors(ServedModel model, IInputEncoder? encoder) : IDisposable
{
    private readonly TensorBuffer?[] _buffers = new TensorBuffer?[model.Inputs.Count + (encoder?.Inputs.Count ?? 0)];
    private readonly TensorValue?[] _values = new TensorValue?[model.Inputs.Count + (encoder?.Inputs.Count ?? 0)];
    private TensorValue[] _run = [];

    /// <summary>One tensor an input of the model, once <see cref="Finish"/> was called.</summary>
    public ReadOnlyMemory<TensorValue> Values => _run;

    /// <summary>Everything that may be sent: the model's inputs, then the encoder's.</summary>
    public IReadOnlyList<TensorSpec> Specs { get; } =
        encoder is null ? model.Inputs : [.. model.Inputs, .. encoder.Inputs];

    private string Advice => model.Manifest?.Ranking is null ? ""
        : "; a cross-encoder reads a question and a document together: send texts to /v1/rerank";

    /// <summary>The input that a value without a name is for.</summary>
    /// <exception cref="RequestException">400: there are several, so each must be named.</exception>
    public int Only(string expected)
        => encoder is { Inputs.Count: 1 } ? Specs.Count - 1
            : model.Inputs.Count == 1 ? 0
            : throw RequestException.BadRequest(
                $"model '{model.Name}': expected {expected} with the inputs [{Names()}], got a bare value{Advice}");

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

        throw RequestException.BadRequest(
            $"model '{model.Name}': expected the inputs [{Names()}], got '{name}'{Advice}");
    }

    /// <summary>The buffer that an input's elements go to; of the model's type unless another is named.</summary>
    /// <exception cref="RequestException">400: the input is complete already.</exception>
    public TensorBuffer Buffer(int input, ElementType? type = null)
    {
        ThrowIfComplete(input);
        var spec = Specs[input];
        return _buffers[input] ??= new TensorBuffer(spec.Name, type ?? spec.Type, ExpectedElements(spec))
        {
            TakesCells = model.Manifest?.Task is ModelManifest.TabularClassification or ModelManifest.TabularRegression,
        };
    }

    /// <summary>Completes an input with what its buffer has.</summary>
    public void Complete(int input, ReadOnlySpan<long> shape) => _values[input] = Buffer(input).ToTensor(shape);

    /// <summary>Completes an input with a tensor, which is disposed with this.</summary>
    /// <exception cref="RequestException">400: the input is complete already.</exception>
    public void Complete(int input, TensorValue value)
    {
        ThrowIfComplete(input);
        _values[input] = value;
    }

    /// <summary>Checks that nothing is missing and encodes what has to be.</summary>
    /// <exception cref="RequestException">400: an input is missing.</exception>
    /// <exception cref="ModelInputException">
    /// The encoder's inputs do not fit, or tokens that the model does not know.
    /// </exception>
    public void Finish()
    {
        var own = model.Inputs.Count;
        if (encoder is null || !_values.AsSpan(own).ContainsAnyExcept((TensorValue?)null))
        {
            _run = Whole(0, own);
            ThrowIfUnreadable();
            return;
        }

        var sent = Array.ConvertAll(Whole(own, Specs.Count), Flat);
        if (_values.AsSpan(0, own).ContainsAnyExcept((TensorValue?)null))
        {
            throw RequestException.BadRequest(
                $"model '{model.Name}': expected either the inputs [{NamesOf(0, own)}] or "
                    + $"[{NamesOf(own, Specs.Count)}], got some of both");
        }

        for (var i = 0; i < sent.Length; i++)
        {
            if (encoder.Inputs[i].Mismatch(sent[i]) is { } mismatch)
            {
                throw new ModelInputException($"{model.Name}: {mismatch}.");
            }
        }

        _run = [.. encoder.Encode(sent)];
        _run.CopyTo(_values, 0);
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

    // Tokens that a client made itself: a network of texts fails on what it has no position or vector for.
    private void ThrowIfUnreadable()
    {
        for (var i = 0; model.Text is not null && i < _run.Length; i++)
        {
            if (model.Inputs[i] is { Name: TextEncoder.InputIds } ids
                && (ids.Mismatch(_run[i]) ?? model.Text.Mismatch(_run[i])) is { } mismatch)
            {
                throw new ModelInputException($"{model.Name}: {mismatch}.");
            }
        }
    }

    private TensorValue[] Whole(int start, int end)
    {
        var whole = new TensorValue[end - start];
        for (var i = start; i < end; i++)
        {
            whole[i - start] = _values[i]
                ?? throw RequestException.BadRequest(
                    $"model '{model.Name}': expected the inputs [{NamesOf(start, end)}], '{Specs[i].Name}' is missing");
        }

        return whole;
    }

    /// <summary>Texts of shape (N, 1), as other servers' clients send them, are as good as (N).</summary>
    private static TensorValue Flat(TensorValue value)
        => value is { Type: ElementType.String, Shape: [var rows, 1] }
        ? TensorValue.OfStrings([.. value.Strings], rows) : value;

    private void ThrowIfComplete(int input)
    {
        if (_values[input] is not null)
        {
            throw RequestException.BadRequest($"input '{Specs[input].Name}': expected it once, got it twice");
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

    private string Names() => NamesOf(0, Specs.Count);

    private string NamesOf(int start, int end)
        => string.Join(", ", Specs.Skip(start).Take(end - start).Select(s => s.Name));
}
