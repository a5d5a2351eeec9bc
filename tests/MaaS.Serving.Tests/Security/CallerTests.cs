using System.Reflection;
using MaaS.Serving.Security;

namespace MaaS.Serving.Tests.Security;

public sealed class CallerTests
{
    // Whatever is added to a caller later is kept as well.
    [Test]
    public void ProvenBy_AnotherKindOfProof_KeepsAllThatIsSaidOfTheCaller()
    {
        var caller = new Caller("ann", ServingScope.Predict, ["m"], requestsPerSecond: 2)
        {
            TokensPerMinute = 100,
            ConcurrentStreams = 3,
        };
        var proven = caller.ProvenBy(ProofKinds.User);

        Assert.That((proven.Account, caller.Account), Is.EqualTo(("user:ann", "ann")));
        Assert.That((proven.MayUse("m"), proven.MayUse("other")), Is.EqualTo((true, false)));
        foreach (var property in typeof(Caller).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(caller);
            Assert.That(value, Is.Not.Null, $"{property.Name}: the test gives every property a value");
            Assert.That(property.GetValue(proven), Is.EqualTo(value), property.Name);
        }
    }
}
