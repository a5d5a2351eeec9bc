namespace MaaS.Client.Tests;

/// <summary>Calls that have to fail.</summary>
internal static class Failure
{
    /// <summary>The client's error of a call; the test fails where there is none.</summary>
    public static async Task<MaaSClientException> OfAsync(Func<Task> call)
        => (await Assert.ThrowsAsync<MaaSClientException>(call))!;
}
