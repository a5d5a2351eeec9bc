namespace MaaS.Training.Fitting;

/// <summary>The loss is no longer a finite number.</summary>
public sealed class DivergedException : Exception
{
    /// <summary>Without details.</summary>
    public DivergedException()
    {
    }

    /// <summary>With a message.</summary>
    public DivergedException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public DivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
