using System.Net;

namespace MaaS.Serving.Tests.Protocols;

/// <summary>Requests that are nearly right: whatever the change, the answer is 200 or a 4xx with an error, never a
/// 5xx.</summary>
public sealed class MutatedRequestTests : ServerFixture
{
    private const string Alphabet = "[]{},:\"\\0123456789.eE+-truefalsNIy xb64 \n";

    [TestCase(
        "/v1/models/linear:predict", """{"signature_name":"serving_default","instances":[[1,-2.5e1,3,4],[5,6,7,8]]}""")]
    [TestCase(
        "/v1/models/mixed:predict",
        """{"instances":[{"numbers":1,"flags":true,"words":"a"},{"words":{"b64":"w6Q="},"flags":false,"numbers":-5}]}""")]
    [TestCase("/v1/models/mixed:predict", """{"inputs":{"numbers":[1,-5],"flags":[true,false],"words":["a","b"]}}""")]
    [TestCase("/predict?model=digits", """{"images":[[[0,255],[NaN,1]]]}""")]
    [TestCase(
        "/v2/models/linear/infer",
        """{"id":"a","inputs":[{"name":"x","data":[[1,2,3,4]],"shape":[1,4],"datatype":"FP32","parameters":{"a":1}}],"outputs":[{"name":"y"}]}""")]
    public async Task Post_MutatedBody_NeverFailsTheServer(string path, string body)
    {
        var random = new Random(1);
        for (var i = 0; i < 300; i++)
        {
            var text = body.ToCharArray().ToList();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0:
                        text[at] = Alphabet[random.Next(Alphabet.Length)];
                        break;
                    case 1:
                        text.RemoveRange(at, Math.Min(random.Next(1, 6), text.Count - at));
                        break;
                    default:
                        text.Insert(at, Alphabet[random.Next(Alphabet.Length)]);
                        break;
                }
            }

            var mutated = string.Concat(text);
            using var content = new StringContent(mutated);
            using var response = await Server.Client.PostAsync(new Uri(path, UriKind.Relative), content);
            var answer = await response.Content.ReadAsStringAsync();
            Assert.That(
                response.StatusCode, Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.BadRequest), $"{mutated} -> {answer}");
            Assert.That(
                answer,
                response.StatusCode == HttpStatusCode.OK ? Does.Not.Contain("error") : Does.StartWith("""{"error":"""),
                mutated);
        }
    }
}
