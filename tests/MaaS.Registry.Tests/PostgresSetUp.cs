using MaaS.Tests;

namespace MaaS.Registry.Tests;

/// <summary>One server for all tests of this project.</summary>
[SetUpFixture]
internal sealed class PostgresSetUp
{
    [OneTimeSetUp]
    public static Task StartAsync() => PostgresServer.StartAsync();

    [OneTimeTearDown]
    public static Task StopAsync() => PostgresServer.StopAsync();
}
