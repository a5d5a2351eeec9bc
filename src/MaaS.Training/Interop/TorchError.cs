namespace MaaS.Training.Interop;

/// <summary>Reads errors of torch's operators.</summary>
internal static class TorchError
{
    /// <summary>What went wrong, without the C++ frames that libtorch puts below it.</summary>
    public static string Reason(Exception error) => error.Message.Split('\n')[0].TrimEnd();
}
