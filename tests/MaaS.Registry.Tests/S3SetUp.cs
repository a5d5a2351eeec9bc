using System.Reflection;
using MaaS.Tests;

namespace MaaS.Registry.Tests;

/// <summary>One object store for all tests of this project that ask for it, with its key in the environment.</summary>
[SetUpFixture]
internal sealed class S3SetUp
{
    private static readonly Lazy<S3Server> Started = new(static () => S3Server.StartAsync(
        typeof(S3SetUp).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static a => a.Key == "RepoRoot").Value!).GetAwaiter().GetResult());

    public static S3Server Server => Started.Value;

    [OneTimeSetUp]
    public static void NameKey()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", S3Server.Key);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", S3Server.Secret);
    }

    [OneTimeTearDown]
    public static void Stop()
    {
        if (Started.IsValueCreated)
        {
            Started.Value.Dispose();
        }
    }
}
