namespace MaaS.Serving.OpenApi;

/// <summary>The operations of OpenAI's REST interface.</summary>
internal static class OpenAiOperations
{
    private const string Usage = """
        "usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":0}}
        """;

    // What running a model can be refused with.
    private static readonly int[] Refusals = [400, 404, 413, 415, 503, 504];

    public static IEnumerable<(string Method, string Route, ApiOperation Operation)> All()
    {
        yield return ("POST", "/v1/chat/completions", Of(
            "openAiChat", "The next message of a conversation; with \"stream\": true as server-sent events.",
            $$$"""
            {"id":"chatcmpl-1","object":"chat.completion","created":1767225600,"model":"story",
             "system_fingerprint":"story-1","choices":[{"index":0,
              "message":{"role":"assistant","content":"Hello!","refusal":null},"logprobs":null,"finish_reason":"stop"}],
             {{{Usage}}}}
            """,
            """
            {"model":"story","messages":[{"role":"user","content":"Hi"}],"temperature":0.7,"max_completion_tokens":64}
            """));
        yield return ("POST", "/v1/completions", Of(
            "openAiComplete", "Texts that go on where prompts end; with \"stream\": true as server-sent events.",
            $$$"""
            {"id":"cmpl-1","object":"text_completion","created":1767225600,"model":"story",
             "system_fingerprint":"story-1",
             "choices":[{"index":0,"text":" upon a time","logprobs":null,"finish_reason":"length"}],{{{Usage}}}}
            """,
            """{"model":"story","prompt":"Once","max_tokens":16}"""));
        yield return ("POST", "/v1/embeddings", Of(
            "openAiEmbed", "Vectors of texts or tokens, as numbers or as base64 of little-endian float32.",
            """
            {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,0.2]}],"model":"minilm",
             "usage":{"prompt_tokens":4,"total_tokens":4}}
            """,
            """{"model":"minilm","input":["A text."],"encoding_format":"float","dimensions":2}"""));
        yield return ("POST", "/v1/rerank", Of(
            "openAiRerank", "Documents in the order of how near they are to a question.",
            """
            {"id":"rerank-1","model":"minilm",
             "results":[{"index":1,"relevance_score":0.8,"document":{"text":"A kitten on a rug."}}],
             "usage":{"prompt_tokens":9,"total_tokens":9}}
            """,
            """
            {"model":"minilm","query":"cat","documents":["Bread.","A kitten on a rug."],"top_n":1,
             "return_documents":true}
            """));
    }

    private static ApiOperation Of(string id, string summary, string response, string request)
        => new("OpenAI", id, summary, response, request, Refusals) { HasOpenAiErrors = true };
}
