import express from "express";
import jwt from "jsonwebtoken";

const { HUB_URL = "http://localhost:8080", TIDINGS_AUTH_SECRET, PORT = "8000" } = process.env;
const app = express();

app.use((request, response, next) => { // whatever sign-in the application already has
  const given = Buffer.from((request.get("Authorization") ?? "").replace(/^Basic /, ""), "base64").toString();
  const [name, password] = given.split(":");
  if (password !== "demo") return response.status(401).set("WWW-Authenticate", "Basic").end();
  request.user = name;
  next();
});

// The application's own JWT; the hub shares its secret.
const token = (name, permissions) =>
  jwt.sign({ sub: name, tidings: permissions }, TIDINGS_AUTH_SECRET, { expiresIn: 300, algorithm: "HS256" });

app.get("/", (_, response) => response.sendFile("page.html", { root: `${import.meta.dirname}/..` }));
app.get("/token", (request, response) => response.json({ hub: HUB_URL, token: token(request.user, {}) }));

app.post("/chapters/:number", async (request, response) => {
  const event = { type: "chapter.updated", data: { number: Number(request.params.number) }, users: [request.user] };
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token("backend", { publish: ["**"] })}` };
  const sent = await fetch(`${HUB_URL}/api/v1/events`, { method: "POST", headers, body: JSON.stringify(event) });
  response.status(sent.status).json(await sent.json());
});

app.listen(Number(PORT), "127.0.0.1");
