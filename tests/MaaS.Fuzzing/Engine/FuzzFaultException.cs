namespace MaaS.Fuzzing.Engine;

/// <summary>An input that was accepted gave other values than it holds.</summary>
internal sealed class FuzzFaultException(string message) : Exception(message)
{
    /// <summary>Fails unless a condition holds.</summary>
    public static void Unless(bool condition, string message)
    {
        if (!condition)
        {
            throw new FuzzFaultException(message);
        }
    }
}
