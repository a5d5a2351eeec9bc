namespace MaaS.Training.Startup;

/// <summary>
/// An operator of libtorch gives wrong numbers on this machine and nothing that MaaS can set mends it.
/// </summary>
public sealed class TorchNumericsException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TorchNumericsException(string message)
        : base(message)
    {
    }
}
