namespace MaaS.Gateway.Hosting;

/// <summary>Marks connections to the administration address.</summary>
internal sealed class AdminConnection
{
    public static AdminConnection Instance { get; } = new();
}
