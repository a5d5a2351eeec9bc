using MaaS.Onnx.Quantization.Numerics;

namespace MaaS.Onnx.Quantization.Calibration;

/// <summary>A way to choose the range that a tensor's 8-bit integers cover. Immutable; one instance serves all
/// tensors.</summary>
public interface ICalibrationMethod
{
    /// <summary>The name by which <see cref="CalibrationMethods"/> finds it, in lower case.</summary>
    string Name { get; }

    /// <summary>A fresh observer for one tensor.</summary>
    IRangeObserver CreateObserver();
}

/// <summary>Watches one tensor over all calibration batches. Its memory does not grow with what it has seen.</summary>
public interface IRangeObserver
{
    /// <summary>Takes in one batch's values.</summary>
    /// <param name="values">Finite values.</param>
    /// <exception cref="ArgumentException">A value is NaN or infinite; nothing of the batch counts then.</exception>
    void Observe(ReadOnlySpan<float> values);

    /// <summary>The range to quantize over.</summary>
    /// <exception cref="InvalidOperationException">No value was observed.</exception>
    ValueRange Range();
}
