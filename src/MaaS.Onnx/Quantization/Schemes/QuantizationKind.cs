namespace MaaS.Onnx.Quantization.Schemes;

/// <summary>The kinds of quantization.</summary>
public enum QuantizationKind
{
    /// <summary>Activations are quantized as they come; for dense, attention and recurrent layers.</summary>
    Dynamic,

    /// <summary>Ranges of activations are calibrated beforehand; for convolutions as well.</summary>
    Static,

    /// <summary>Weights in 4 bits, activations as they are: the smallest file, seldom the fastest network.</summary>
    WeightOnly,
}
