namespace MaaS.Onnx.Inference;

/// <summary>The inputs of a run do not fit the model: wrong name, element type or shape. Nothing was run.</summary>
public sealed class ModelInputException : ArgumentException
{
    /// <summary>An error without further detail.</summary>
    public ModelInputException()
    {
    }

    /// <summary>An error that names what was expected and what came.</summary>
    public ModelInputException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a cause.</summary>
    public ModelInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
