using MaaS.Onnx.Inference;


namespace MaaS.Serving.Protocols;

/// <summary>
/// Turns what clients send into what a model takes: text into token ids, say. One for each loaded model.
/// </summary>
public interface IInputEncoder
{
    /// <summary>Tensors that a request may bring in place of the model's own inputs.</summary>
    IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>Encodes a request's tensors.</summary>
    /// <param name="inputs">
    /// One for each of <see cref="Inputs"/>, in order; they fit their descriptions. The caller disposes them.
    /// </param>
    /// <returns>One for each input of the model, in the model's order; the caller disposes them.</returns>
    /// <exception cref="ModelInputException">The values cannot be encoded.</exception>
    IReadOnlyList<TensorValue> Encode(IReadOnlyList<TensorValue> inputs);
}
