namespace MaaS.Onnx.Inference;

/// <summary>A model could not be loaded or failed while it ran.</summary>
public sealed class InferenceException : Exception
{
    /// <summary>An error without further detail.</summary>
    public InferenceException()
    {
    }

    /// <summary>An error with a message.</summary>
    public InferenceException(string message)
        : base(message)
    {
    }

    /// <summary>An error with ONNX Runtime's own as its cause.</summary>
    public InferenceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the model refused the inputs' values, as an index out of range, rather than failed by
    /// itself.</summary>
    public bool IsInputRejected { get; init; }
}
