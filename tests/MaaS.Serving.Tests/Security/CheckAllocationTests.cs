using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Security;

/// <summary>What stands before every inference makes no garbage.</summary>
public sealed class CheckAllocationTests
{
    [TestCase("127.0.0.1:8080")]
    [TestCase("models.example.org")]
    [TestCase("a.maas.svc")]
    public void HostAndOrigin_OfAnInference_AllocateNothing(string host)
    {
        var options = new MaaSServingOptions();
        options.Security.IsOwnHost = true;
        options.Security.AllowedHosts.Add("models.example.org");
        options.Security.AllowedHosts.Add("*.maas.svc");
        var (hosts, origins) = (new HostCheck(Options.Create(options)), new CrossOriginCheck(Options.Create(options)));
        var context = new DefaultHttpContext
        {
            Request = { Method = "POST", Headers = { Host = host, ContentType = "application/json" } },
        };

        void Ask(int times)
        {
            for (var i = 0; i < times; i++)
            {
                if (!hosts.Allows(context, isAdministration: false)
                    || origins.Refusal(context, ServingScope.Predict) is not null)
                {
                    throw new AssertionException("expected a request that is let through");
                }
            }
        }

        Ask(1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Ask(1000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1000), "less than a byte a request");
    }
}
