namespace MaaS.Cli.CommandLine;

/// <summary>Opens what an address of a registry names.</summary>
internal static class RegistryOpening
{
    /// <summary>Names the registry for every verb.</summary>
    public const string Variable = "MAAS_REGISTRY";

    /// <summary>Opens it; an address that is none is a fault of use.</summary>
    public static async Task<T> OpenAsync<T>(string address, Func<string, Task<T>> open)
    {
        try
        {
            return await open(address);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--registry: {e.Message}", e);
        }
    }
}
